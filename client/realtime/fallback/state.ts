/**
 * Which transport serves: the socket, streams of server-sent events, or polling. `attempt` counts how often streams
 * failed since one held.
 */
export type Ladder =
  /** Nobody is signed in, or the client has stopped for good. */
  | { readonly kind: "resting" }
  /** The socket is given its time. `proven`: one was open before, so a single failed attempt tells nothing yet. */
  | { readonly kind: "waiting"; readonly proven: boolean }
  | { readonly kind: "socket" }
  /** Streams are being opened, and nothing else delivers. */
  | { readonly kind: "opening"; readonly attempt: number }
  | { readonly kind: "stream"; readonly attempt: number; readonly openedAt: number }
  | { readonly kind: "polling"; readonly attempt: number; readonly until: number }
  /** Polls deliver; beside them a stream is tried that delivers nothing. */
  | { readonly kind: "probing"; readonly attempt: number }
  /** The page is hidden and below the socket: nothing but the socket is tried. */
  | { readonly kind: "dormant"; readonly attempt: number; readonly rung: "stream" | "polling" };

export type LadderKind = Ladder["kind"];
export type LadderIn<Kind extends LadderKind> = Extract<Ladder, { kind: Kind }>;

/** All events are bare: what they mean follows from the state. */
export type LadderEventKind =
  | "begin"
  | "rest"
  | "socket-up"
  | "socket-lost"
  /** An attempt ended before the socket was up. */
  | "socket-failed"
  /** A stream, or the one tried beside polling, said where it goes on from. */
  | "stream-up"
  /** Streams do not get through here. */
  | "stream-failed"
  /** The state's time is over. */
  | "deadline"
  /** The network is back, or the page is seen again. */
  | "woken"
  | "hidden";

export type LadderEffect =
  /** Joins every tenant on the socket that has just come up. */
  | "use-socket"
  | "open-streams"
  | "close-streams"
  /** Streams that were silent for too long while the page slept are given up. */
  | "check-streams"
  | "probe-stream"
  | "drop-probe"
  | "poll-now";

export type LadderStep = { readonly state: Ladder; readonly effects: readonly LadderEffect[] };
export type LadderEnv = { readonly now: number; readonly random: () => number; readonly hidden: boolean };

/** How long the socket is waited for before streams are opened. */
export const SOCKET_GRACE_MS = 2_000;

/** How long a state lasts before `deadline`; `null` when it does not end by itself. */
export const ladderDeadline = (state: Ladder, now: number): number | null => {
  if (state.kind === "waiting") return SOCKET_GRACE_MS;
  return state.kind === "polling" ? Math.max(0, state.until - now) : null;
};

/** Who serves a tenant now, as far as the ladder decides it. */
export type Rung = "none" | "socket" | "stream" | "polling";

export const rungOf = ({ kind }: Ladder): Rung => {
  switch (kind) {
    case "resting":
    case "dormant":
      return "none";
    case "waiting":
    case "socket":
      return "socket";
    case "opening":
    case "stream":
      return "stream";
    case "polling":
    case "probing":
      return "polling";
  }
};
