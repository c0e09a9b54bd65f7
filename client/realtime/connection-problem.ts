import type { Connection, ConnectionEvent } from "./connection/state.ts";

/** Why no socket comes about, as far as a browser can know it: it never tells why one could not be opened. */
export type Trouble =
  /** No token was given; `code` is the server's, `null` when it did not answer. */
  | { readonly kind: "no-token"; readonly code: string | null }
  | { readonly kind: "not-opened"; readonly url: string }
  /** It opened, and was closed before the token was answered. */
  | { readonly kind: "cut"; readonly url: string; readonly code: number }
  | { readonly kind: "silent"; readonly url: string };

/** Why streams do not get through. */
export type StreamTrouble =
  /** Nothing of it came in time, or nothing more: something between holds it back. */
  | { readonly kind: "held-back" }
  /** Something between answered in the server's place. */
  | { readonly kind: "refused"; readonly status: number }
  /** It is ended again and again soon after it began. */
  | { readonly kind: "cut" }
  | { readonly kind: "unreachable" };

/** What is known of the trouble after an event that meets a state. Pure. */
export const troubleAfter = (known: Trouble | null, state: Connection, event: ConnectionEvent): Trouble | null => {
  switch (event.kind) {
    case "ready":
    case "stop":
      return null;
    case "token-failed":
      return state.kind === "fetching-token" ? { kind: "no-token", code: event.code ?? null } : known;
    case "closed":
      // A server that says when to come again is no trouble.
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

export const isSameTrouble = (
  a: Trouble | StreamTrouble | undefined,
  b: Trouble | StreamTrouble | undefined,
): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
