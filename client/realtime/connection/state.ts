import type { Grant } from "../grant.ts";

/** Why the client does not come back by itself. */
export type StopReason = "signed-out" | "forged-token" | "invalid-message" | "too-big";

/** `attempt` counts the failed attempts since the connection last held. */
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
      /** A new token is on its way; the socket works on. */
      readonly renewing: boolean;
    }
  | {
      readonly kind: "backing-off";
      readonly attempt: number;
      /** `null` when the next attempt begins with a new token. */
      readonly grant: Grant | null;
      readonly until: number;
      /** Not even a reason to hurry (the network is back, the page is seen again) comes before this. */
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
  /** `waitMs`: how long the server asks to wait; `null` when it does not. */
  closed: { readonly code: number; readonly waitMs: number | null };
  ready: { readonly connectionId: string; readonly userId: string; readonly heartbeatMs: number };
  /** The state lasted too long, or the wait is over. */
  deadline: object;
  /** The network is back, or the page is seen again. */
  woken: { readonly silentMs: number };
  "renewal-due": object;
  /** Another transport was told that the session or a right has ended. */
  doubted: object;
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

/** How long a state may last from its beginning, or from the last sign of life, before `deadline`. */
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
