import type { Grant } from "../grant.ts";

/** Why the client stopped reconnecting. */
export type StopReason = "signed-out" | "forged-token" | "invalid-message" | "too-big";

/** `attempt` counts the failed attempts since a connection last proved stable. */
export type Connection =
  | { readonly kind: "idle" }
  | { readonly kind: "fetching-token"; readonly attempt: number }
  | { readonly kind: "connecting"; readonly attempt: number; readonly grant: Grant }
  | { readonly kind: "authenticating"; readonly attempt: number; readonly grant: Grant }
  | {
      readonly kind: "open";
      readonly attempt: number;
      readonly grant: Grant;
      readonly openedAt: number;
      readonly connectionId: string;
      readonly userId: string;
      readonly heartbeatMs: number;
      /** A new token is being fetched while the socket stays in use. */
      readonly renewing: boolean;
    }
  | {
      readonly kind: "backing-off";
      readonly attempt: number;
      /** `null` when the next attempt begins with a new token. */
      readonly grant: Grant | null;
      readonly until: number;
      /** `woken` cuts the wait short, but never before this time. */
      readonly notBefore: number;
    }
  | { readonly kind: "stopped"; readonly reason: StopReason };

export type ConnectionKind = Connection["kind"];
export type ConnectionIn<Kind extends ConnectionKind> = Extract<Connection, { kind: Kind }>;

type EventFields = {
  start: object;
  stop: object;
  granted: { readonly grant: Grant };
  "token-denied": object;
  "token-failed": { readonly retryAfterMs: number; readonly code?: string | null };
  opened: object;
  /** `waitMs` is the wait that the server demanded, `null` without one. */
  closed: { readonly code: number; readonly waitMs: number | null };
  ready: { readonly connectionId: string; readonly userId: string; readonly heartbeatMs: number };
  /** The state timed out, or the backoff is over. */
  deadline: object;
  /** The network is back, or the page is visible again. */
  woken: { readonly silentMs: number };
  "renewal-due": object;
  /** Another transport learned that the session or a right has ended. */
  "token-invalidated": object;
};
export type ConnectionEventKind = keyof EventFields;
export type ConnectionEventOf<Kind extends ConnectionEventKind> = {
  [K in Kind]: { readonly kind: K } & EventFields[K];
}[Kind];
export type ConnectionEvent = ConnectionEventOf<ConnectionEventKind>;

export type ConnectionEffect = "fetch-token" | "open-socket" | "authenticate" | "drop-socket" | "probe";

export type ConnectionStep = {
  readonly state: Connection;
  readonly effects: readonly ConnectionEffect[];
};

export type ConnectionEnv = { readonly now: number; readonly random: () => number };

const STALL_MS = 10_000;
const TOKEN_STALL_MS = 20_000;

/** Milliseconds until `deadline`, from the state's beginning or, when open, from the last message. */
export const deadlineOf = (state: Connection, now: number): number | null => {
  switch (state.kind) {
    case "idle":
    case "stopped":
      return null;
    case "fetching-token":
      return TOKEN_STALL_MS;
    case "connecting":
    case "authenticating":
      return STALL_MS;
    case "open":
      return 2 * state.heartbeatMs;
    case "backing-off":
      return Math.max(0, state.until - now);
  }
};
