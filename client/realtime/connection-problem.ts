import type { Connection, ConnectionEvent } from "./connection/state.ts";

/** Why no socket opens. Browsers never report the cause, so this names the step that failed. */
export type ConnectionProblem =
  /** The token request failed. `code` is the server's problem code, `null` without an answer. */
  | { readonly kind: "no-token"; readonly code: string | null }
  | { readonly kind: "not-opened"; readonly url: string }
  /** It opened, and closed before `ready`. */
  | { readonly kind: "cut"; readonly url: string; readonly code: number }
  /** It opened, and `ready` did not come in time. */
  | { readonly kind: "silent"; readonly url: string };

/** Why no event stream delivers. */
export type StreamProblem =
  /** The first event did not come in time, or none came for two heartbeats: a proxy buffers the response. */
  | { readonly kind: "held-back" }
  /** A proxy answered in the server's place. */
  | { readonly kind: "refused"; readonly status: number }
  /** It ends again and again soon after it began. */
  | { readonly kind: "cut" }
  | { readonly kind: "unreachable" };

/** The problem known after `event` occurred in `state`. Pure. */
export const problemAfter = (
  known: ConnectionProblem | null,
  state: Connection,
  event: ConnectionEvent,
): ConnectionProblem | null => {
  switch (event.kind) {
    case "ready":
    case "stop":
      return null;
    case "token-failed":
      return state.kind === "fetching-token" ? { kind: "no-token", code: event.code ?? null } : known;
    case "closed":
      // A server that names a time to come back is busy, which is no problem of the connection.
      if (event.waitMs !== null) return known;
      if (state.kind === "connecting") return { kind: "not-opened", url: state.grant.url };
      return state.kind === "authenticating" ? { kind: "cut", url: state.grant.url, code: event.code } : known;
    case "deadline":
      if (state.kind === "connecting") return { kind: "not-opened", url: state.grant.url };
      return state.kind === "authenticating" ? { kind: "silent", url: state.grant.url } : known;
    default:
      return known;
  }
};

export const isSameProblem = (
  a: ConnectionProblem | StreamProblem | undefined,
  b: ConnectionProblem | StreamProblem | undefined,
): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
