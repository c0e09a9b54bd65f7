/** The transport that serves the tenants. `none` while the client is stopped, or on a hidden page without a socket. */
export type Transport = "none" | "socket" | "stream" | "polling";

/** Which transport serves, and which one is being tried. `attempt` counts stream failures since one proved stable. */
export type TransportFallback =
  /** Nobody is signed in, or the client has stopped for good. */
  | { readonly kind: "idle" }
  /** Gives the socket its time. `proven`: one was open before, so a single failed attempt starts no fallback. */
  | { readonly kind: "awaiting-socket"; readonly proven: boolean }
  | { readonly kind: "socket" }
  /** Streams are opening, and nothing else delivers. */
  | { readonly kind: "opening-streams"; readonly attempt: number }
  | { readonly kind: "streaming"; readonly attempt: number; readonly openedAt: number }
  | { readonly kind: "polling"; readonly attempt: number; readonly until: number }
  /** Polls deliver, while one probe stream shows whether streams work again. */
  | { readonly kind: "probing"; readonly attempt: number }
  /** The page is hidden without a socket. Only the socket is tried; `resumeWith` serves once the page is visible. */
  | { readonly kind: "paused"; readonly attempt: number; readonly resumeWith: "stream" | "polling" };

export type FallbackKind = TransportFallback["kind"];
export type FallbackIn<Kind extends FallbackKind> = Extract<TransportFallback, { kind: Kind }>;

/** Events carry no data; their meaning follows from the state. */
export type FallbackEvent =
  | "start"
  | "stop"
  | "socket-up"
  | "socket-lost"
  /** An attempt ended before the socket was ready. */
  | "socket-failed"
  /** A stream, or the probe, sent `connected`. */
  | "stream-up"
  | "stream-failed"
  /** The state's time is over. */
  | "deadline"
  /** The network is back, or the page is visible again. */
  | "woken"
  | "hidden";

export type FallbackEffect =
  /** Joins every tenant on the socket that just became ready. */
  | "use-socket"
  | "open-streams"
  | "close-streams"
  /** Closes streams that fell silent while the machine slept. */
  | "check-streams"
  | "probe-stream"
  | "drop-probe"
  | "poll-now";

export type FallbackStep = { readonly state: TransportFallback; readonly effects: readonly FallbackEffect[] };
export type FallbackEnv = { readonly now: number; readonly random: () => number; readonly hidden: boolean };

/** How long to wait for the socket before streams open. */
export const SOCKET_GRACE_MS = 2_000;

/** Milliseconds until `deadline`; `null` for a state without one. */
export const fallbackDeadline = (state: TransportFallback, now: number): number | null => {
  if (state.kind === "awaiting-socket") return SOCKET_GRACE_MS;
  return state.kind === "polling" ? Math.max(0, state.until - now) : null;
};

export const transportOf = ({ kind }: TransportFallback): Transport => {
  switch (kind) {
    case "idle":
    case "paused":
      return "none";
    case "awaiting-socket":
    case "socket":
      return "socket";
    case "opening-streams":
    case "streaming":
      return "stream";
    case "polling":
    case "probing":
      return "polling";
  }
};
