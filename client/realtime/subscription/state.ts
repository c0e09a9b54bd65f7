import { isAtLeast, NO_LOG_EPOCH, type Position } from "../../../shared/protocol/position.ts";

/** The position from which a tenant is joined again. */
export type ResumePosition =
  /** No snapshot yet, so no position. */
  | { readonly kind: "none" }
  /** Every snapshot of the tenant covers the events up to `position`. */
  | { readonly kind: "at"; readonly position: Position }
  /**
   * The history was cut off. A position exists again once a read begun after the cut reaches `base`, or any read if
   * `base` is `null`. `head` is the last event delivered in order since the cut.
   */
  | { readonly kind: "reset"; readonly base: Position | null; readonly head: Position | null };

export type GiveUpReason = "forbidden" | "revoked" | "deleted";

/** `repairedAt` is the `seq` of the last repair. A second one at the same place begins from a snapshot instead. */
type Repair = { readonly repairedAt: number | null };
/** Consecutive heartbeats that did not name the tenant. */
type Missed = { readonly missedHeads: number };

export type Subscription =
  | {
      readonly kind: "unsubscribed";
      readonly resumeFrom: ResumePosition;
      /** Joining waits for a first snapshot, so that it begins with a position. */
      readonly waitsForSnapshot: boolean;
      /** A transport takes messages. */
      readonly online: boolean;
    }
  | ({
      readonly kind: "joining";
      readonly resumeFrom: ResumePosition;
      /** Whether a token was renewed after a refusal, and then named the tenant or had undecodable claims. */
      readonly tokenRenewed: "no" | "named" | "undecodable";
      /** Consecutive failed attempts. */
      readonly attempt: number;
    } & Missed &
      Repair)
  /** Awaits a new token, which decides whether this user may still join. */
  | {
      readonly kind: "renewing";
      readonly resumeFrom: ResumePosition;
      readonly cause: "forbidden" | "revoked";
      readonly attempt: number;
    }
  | ({ readonly kind: "live"; readonly position: Position } & Missed & Repair)
  | ({ readonly kind: "awaiting-snapshot"; readonly base: Position; readonly head: Position } & Missed)
  /** The events come from another backend and have no log. */
  | ({ readonly kind: "unlogged" } & Missed)
  /**
   * The transport has no history now, or an older one, or refuses a user whose token names the tenant. REST delivers
   * the events, and joining is retried with backoff.
   */
  | { readonly kind: "polling"; readonly resumeFrom: ResumePosition; readonly attempt: number }
  | { readonly kind: "denied"; readonly reason: GiveUpReason };

export type SubscriptionKind = Subscription["kind"];
export type SubscriptionIn<Kind extends SubscriptionKind> = Extract<Subscription, { kind: Kind }>;

type EventFields = {
  /** A transport takes messages. */
  online: object;
  "join-without-snapshot": object;
  /** The transport is gone. */
  offline: object;
  subscribed: { readonly head: Position; readonly recovered: boolean };
  sequenced: { readonly at: Position };
  /** `head` is `null` when the heartbeat did not name the tenant. */
  heartbeat: { readonly head: Position | null };
  forbidden: object;
  unavailable: object;
  ended: { readonly reason: "requested" | "revoked" | "expired" | "deleted" };
  /** A new token. `named` is `null` if its claims do not decode; only while `online` can it be used at once. */
  granted: { readonly named: boolean | null; readonly online: boolean };
  /** A snapshot of the current history was read at `position`. */
  snapshot: { readonly position: Position };
  /** Polling brought one event. */
  polled: { readonly at: Position };
  /** Polling found that the history does not reach back to the position. */
  "history-gone": object;
  retry: object;
  /** Events may have been missed. */
  resubscribe: object;
  /** A snapshot of a later history than the channel's was read. */
  "history-ended": object;
};
export type SubscriptionEventKind = keyof EventFields;
export type SubscriptionEventOf<Kind extends SubscriptionEventKind> = {
  [K in Kind]: { readonly kind: K } & EventFields[K];
}[Kind];
export type SubscriptionEvent = SubscriptionEventOf<SubscriptionEventKind>;

export type SubscriptionEffect =
  | { readonly kind: "subscribe"; readonly since: Position | null }
  | { readonly kind: "deliver" }
  /** Invalidates all snapshots of the tenant, and all reads begun before. */
  | { readonly kind: "reset"; readonly base: Position | null }
  | { readonly kind: "joined"; readonly head: Position }
  | { readonly kind: "in-step" }
  | { readonly kind: "renew-token" }
  | { readonly kind: "retry-later"; readonly attempt: number }
  | { readonly kind: "gave-up"; readonly reason: GiveUpReason };

export type SubscriptionStep = {
  readonly state: Subscription;
  readonly effects: readonly SubscriptionEffect[];
};

export const INITIAL_SUBSCRIPTION: SubscriptionIn<"unsubscribed"> = {
  kind: "unsubscribed",
  resumeFrom: { kind: "none" },
  waitsForSnapshot: false,
  online: false,
};

/** The position that survives the loss of the transport. */
export const resumePositionOf = (state: Subscription): ResumePosition => {
  switch (state.kind) {
    case "unsubscribed":
    case "joining":
    case "renewing":
    case "polling":
      return state.resumeFrom;
    case "live":
      return { kind: "at", position: state.position };
    case "awaiting-snapshot":
      return { kind: "reset", base: state.base, head: state.head };
    case "unlogged":
    case "denied":
      return { kind: "none" };
  }
};

export const sinceOf = (resumeFrom: ResumePosition): Position | null =>
  resumeFrom.kind === "at" ? resumeFrom.position : null;

/** Whether a read at `position` counts after a cut at `base`. */
export const reaches = (position: Position, base: Position | null): boolean =>
  base === null || isAtLeast(position, base);

/** The position after a snapshot was read. Events delivered since the cut count, as every snapshot includes them. */
export const withSnapshot = (resumeFrom: ResumePosition, position: Position): ResumePosition => {
  switch (resumeFrom.kind) {
    case "at":
      return resumeFrom;
    case "none":
      return { kind: "at", position };
    case "reset":
      return reaches(position, resumeFrom.base) ? { kind: "at", position: resumeFrom.head ?? position } : resumeFrom;
  }
};

export const isLogged = (position: Position): boolean => position.epoch !== NO_LOG_EPOCH;
