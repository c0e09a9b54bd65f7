import { NO_LOG_EPOCH, type Position } from "../../../shared/protocol/position.ts";

/** What the client holds of a tenant's history while it is not joined. */
export type Holding =
  /** No state yet, so no position. */
  | { readonly kind: "nothing" }
  /** Every state holds the events up to here. */
  | { readonly kind: "at"; readonly position: Position }
  /**
   * The history was cut off: no position until a read begun after the cut reaches `base` (any read, when `null`).
   * `head` is the last event taken in order since.
   */
  | { readonly kind: "ended"; readonly base: Position | null; readonly head: Position | null };

export type GiveUpReason = "forbidden" | "revoked" | "deleted";

/** `suspect` is the position at which a repair was already tried: a second one there begins from a read. */
type Repair = { readonly suspect: number | null };
/** Heartbeats in a row that did not name the tenant. */
type Missed = { readonly missed: number };

export type Subscription =
  | {
      readonly kind: "unsubscribed";
      readonly holding: Holding;
      /** Joining waits for a first state to be read, so that it begins with a position. */
      readonly waiting: boolean;
      /** There is a socket to join on. */
      readonly online: boolean;
    }
  | ({
      readonly kind: "joining";
      readonly holding: Holding;
      /** Whether a new token was already got for this, after a refusal, and named the tenant or could not be read. */
      readonly renewed: "no" | "named" | "unread";
      /** Failed tries in a row. */
      readonly attempt: number;
    } & Missed &
      Repair)
  /** A new token is awaited, which decides whether the tenant is still ours. */
  | {
      readonly kind: "renewing";
      readonly holding: Holding;
      readonly cause: "forbidden" | "revoked";
      readonly attempt: number;
    }
  | ({ readonly kind: "live"; readonly position: Position } & Missed & Repair)
  | ({ readonly kind: "awaiting-read"; readonly base: Position; readonly head: Position } & Missed)
  /** The tenant's events come from another backend and have no log. */
  | ({ readonly kind: "unlogged" } & Missed)
  /**
   * The socket has no history now, or one that is over, or does not let in who may read: events come by REST, and joining
   * is tried again with backoff.
   */
  | { readonly kind: "polling"; readonly holding: Holding; readonly attempt: number }
  | { readonly kind: "denied"; readonly reason: GiveUpReason };

export type SubscriptionKind = Subscription["kind"];
export type SubscriptionIn<Kind extends SubscriptionKind> = Extract<Subscription, { kind: Kind }>;

type EventFields = {
  /** A socket takes messages. */
  join: object;
  /** Join without waiting for a state. */
  proceed: object;
  /** The socket is gone. */
  lost: object;
  subscribed: { readonly head: Position; readonly recovered: boolean };
  sequenced: { readonly at: Position };
  /** `null`: the heartbeat did not name the tenant. */
  heartbeat: { readonly head: Position | null };
  forbidden: object;
  unavailable: object;
  ended: { readonly reason: "requested" | "revoked" | "expired" | "deleted" };
  /** A new token; `named` is `null` when its claims can't be read, and only who is `online` can join by it at once. */
  granted: { readonly named: boolean | null; readonly online: boolean };
  /** A state was read that is of the current history. */
  held: { readonly position: Position };
  /** One event came by polling. */
  polled: { readonly at: Position };
  "history-gone": object;
  retry: object;
  /** Someone else saw that something is amiss. */
  resubscribe: object;
  /** A state was read that is of a later history than the channel's. */
  outdated: object;
};
export type SubscriptionEventKind = keyof EventFields;
export type SubscriptionEventOf<Kind extends SubscriptionEventKind> = {
  [K in Kind]: { readonly kind: K } & EventFields[K];
}[Kind];
export type SubscriptionEvent = SubscriptionEventOf<SubscriptionEventKind>;

export type SubscriptionEffect =
  | { readonly kind: "subscribe"; readonly since: Position | null }
  | { readonly kind: "deliver" }
  /** Every state of the tenant is to be read again; reads begun before don't count. */
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

export const FIRST: SubscriptionIn<"unsubscribed"> = {
  kind: "unsubscribed",
  holding: { kind: "nothing" },
  waiting: false,
  online: false,
};

/** What a state keeps of the history when the socket is lost. */
export const holdingOf = (state: Subscription): Holding => {
  switch (state.kind) {
    case "unsubscribed":
    case "joining":
    case "renewing":
    case "polling":
      return state.holding;
    case "live":
      return { kind: "at", position: state.position };
    case "awaiting-read":
      return { kind: "ended", base: state.base, head: state.head };
    case "unlogged":
    case "denied":
      return { kind: "nothing" };
  }
};

export const sinceOf = (holding: Holding): Position | null => (holding.kind === "at" ? holding.position : null);

export const reaches = (position: Position, base: Position | null): boolean =>
  base === null || (position.epoch === base.epoch && position.seq >= base.seq);

/** Takes a state that was read. The position begins at the last event taken in order, which no state is behind. */
export const hold = (holding: Holding, position: Position): Holding => {
  switch (holding.kind) {
    case "at":
      return holding;
    case "nothing":
      return { kind: "at", position };
    case "ended":
      return reaches(position, holding.base) ? { kind: "at", position: holding.head ?? position } : holding;
  }
};

export const isLogged = (position: Position): boolean => position.epoch !== NO_LOG_EPOCH;

export const follows = (at: Position, position: Position): "next" | "known" | "hole" => {
  if (at.epoch !== position.epoch) return "hole";
  if (at.seq <= position.seq) return "known";
  return at.seq === position.seq + 1 ? "next" : "hole";
};
