import { fullJitter } from "../backoff.ts";
import type {
  FallbackEffect,
  FallbackEnv,
  FallbackEvent,
  FallbackIn,
  FallbackKind,
  FallbackStep,
  TransportFallback,
} from "./state.ts";

type Cell<State> = (state: State, env: FallbackEnv) => FallbackStep;
type Row<State> = { readonly [Event in FallbackEvent]: Cell<State> };
/** A missing cell does not compile. */
type Table = { readonly [Kind in FallbackKind]: Row<FallbackIn<Kind>> };

/** Streams this old reset the count of failures. */
const STABLE_MS = 10_000;
/** The least wait between two probes, to which the jitter is added. */
const RETRY_FLOOR_MS = 2_000;

const to = (state: TransportFallback, ...effects: FallbackEffect[]): FallbackStep => ({ state, effects });
const stay = (state: TransportFallback): FallbackStep => ({ state, effects: [] });

const useSocket = (...effects: FallbackEffect[]) => to({ kind: "socket" }, ...effects, "use-socket");
const openStreams = (attempt: number, { hidden }: FallbackEnv): FallbackStep =>
  hidden
    ? to({ kind: "paused", attempt, resumeWith: "stream" })
    : to({ kind: "opening-streams", attempt }, "open-streams");
const poll = (attempt: number, { now, random }: FallbackEnv, ...effects: FallbackEffect[]): FallbackStep =>
  to({ kind: "polling", attempt, until: now + RETRY_FLOOR_MS + fullJitter(attempt, random) }, ...effects);

const unchanged: Row<TransportFallback> = {
  start: stay,
  stop: stay,
  "socket-up": stay,
  "socket-lost": stay,
  "socket-failed": stay,
  "stream-up": stay,
  "stream-failed": stay,
  deadline: stay,
  woken: stay,
  hidden: stay,
};

export const FALLBACK_TABLE: Table = {
  idle: { ...unchanged, start: () => to({ kind: "awaiting-socket", proven: false }) },
  "awaiting-socket": {
    ...unchanged,
    stop: () => to({ kind: "idle" }),
    // Its tenants were joined in one flight with `auth`.
    "socket-up": () => to({ kind: "socket" }),
    "socket-failed": (state, env) => (state.proven ? stay(state) : openStreams(0, env)),
    deadline: (_, env) => openStreams(0, env),
  },
  socket: {
    ...unchanged,
    stop: () => to({ kind: "idle" }),
    "socket-lost": () => to({ kind: "awaiting-socket", proven: true }),
  },
  "opening-streams": {
    ...unchanged,
    stop: () => to({ kind: "idle" }, "close-streams"),
    "socket-up": () => useSocket("close-streams"),
    "stream-up": ({ attempt }, { now }) => to({ kind: "streaming", attempt, openedAt: now }),
    "stream-failed": ({ attempt }, env) => poll(attempt + 1, env, "close-streams"),
    hidden: ({ attempt }) => to({ kind: "paused", attempt, resumeWith: "stream" }, "close-streams"),
  },
  streaming: {
    ...unchanged,
    stop: () => to({ kind: "idle" }, "close-streams"),
    "socket-up": () => useSocket("close-streams"),
    "stream-failed": ({ attempt, openedAt }, env) =>
      poll(env.now - openedAt >= STABLE_MS ? 1 : attempt + 1, env, "close-streams"),
    woken: (state) => to(state, "check-streams"),
    // Browsers open few connections to one server, so hidden pages leave theirs to visible ones.
    hidden: ({ attempt }) => to({ kind: "paused", attempt, resumeWith: "stream" }, "close-streams"),
  },
  polling: {
    ...unchanged,
    stop: () => to({ kind: "idle" }),
    "socket-up": () => useSocket(),
    deadline: ({ attempt }) => to({ kind: "probing", attempt }, "probe-stream"),
    woken: ({ attempt }) => to({ kind: "probing", attempt }, "poll-now", "probe-stream"),
    hidden: ({ attempt }) => to({ kind: "paused", attempt, resumeWith: "polling" }),
  },
  probing: {
    ...unchanged,
    stop: () => to({ kind: "idle" }, "drop-probe"),
    "socket-up": () => useSocket("drop-probe"),
    "stream-up": ({ attempt }) => to({ kind: "opening-streams", attempt }, "drop-probe", "open-streams"),
    "stream-failed": ({ attempt }, env) => poll(attempt + 1, env, "drop-probe"),
    woken: (state) => to(state, "poll-now"),
    hidden: ({ attempt }) => to({ kind: "paused", attempt, resumeWith: "polling" }, "drop-probe"),
  },
  paused: {
    ...unchanged,
    stop: () => to({ kind: "idle" }),
    "socket-up": () => useSocket(),
    woken: (state, env) => {
      if (env.hidden) return stay(state);
      return state.resumeWith === "stream"
        ? openStreams(state.attempt, env)
        : to({ kind: "probing", attempt: state.attempt }, "poll-now", "probe-stream");
    },
  },
};

/** The next state and the effects of an event. Pure. */
export const fallbackStep = (state: TransportFallback, event: FallbackEvent, env: FallbackEnv): FallbackStep => {
  switch (state.kind) {
    case "idle":
      return FALLBACK_TABLE.idle[event](state, env);
    case "awaiting-socket":
      return FALLBACK_TABLE["awaiting-socket"][event](state, env);
    case "socket":
      return FALLBACK_TABLE.socket[event](state, env);
    case "opening-streams":
      return FALLBACK_TABLE["opening-streams"][event](state, env);
    case "streaming":
      return FALLBACK_TABLE.streaming[event](state, env);
    case "polling":
      return FALLBACK_TABLE.polling[event](state, env);
    case "probing":
      return FALLBACK_TABLE.probing[event](state, env);
    case "paused":
      return FALLBACK_TABLE.paused[event](state, env);
  }
};
