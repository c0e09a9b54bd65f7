import { fullJitter } from "../backoff.ts";
import type { Ladder, LadderEffect, LadderEnv, LadderEventKind, LadderIn, LadderKind, LadderStep } from "./state.ts";

type Cell<State> = (state: State, env: LadderEnv) => LadderStep;
type Row<State> = { readonly [Event in LadderEventKind]: Cell<State> };
/** A cell that is missing does not compile. */
type Table = { readonly [Kind in LadderKind]: Row<LadderIn<Kind>> };

/** Streams that held this long begin counting their failures anew. */
const HELD_MS = 10_000;
/** Between two tries of a stream while polling serves, besides the jitter. */
const RETRY_FLOOR_MS = 2_000;

const to = (state: Ladder, ...effects: LadderEffect[]): LadderStep => ({ state, effects });
const stay = (state: Ladder): LadderStep => ({ state, effects: [] });

const up = (...effects: LadderEffect[]) => to({ kind: "socket" }, ...effects, "use-socket");
const openStreams = (attempt: number, { hidden }: LadderEnv): LadderStep =>
  hidden ? to({ kind: "dormant", attempt, rung: "stream" }) : to({ kind: "opening", attempt }, "open-streams");
const poll = (attempt: number, { now, random }: LadderEnv, ...effects: LadderEffect[]): LadderStep =>
  to({ kind: "polling", attempt, until: now + RETRY_FLOOR_MS + fullJitter(attempt, random) }, ...effects);

const still: Row<Ladder> = {
  begin: stay,
  rest: stay,
  "socket-up": stay,
  "socket-lost": stay,
  "socket-failed": stay,
  "stream-up": stay,
  "stream-failed": stay,
  deadline: stay,
  woken: stay,
  hidden: stay,
};

export const LADDER_TABLE: Table = {
  resting: { ...still, begin: () => to({ kind: "waiting", proven: false }) },
  waiting: {
    ...still,
    rest: () => to({ kind: "resting" }),
    // Its tenants were joined in one flight with the authentication.
    "socket-up": () => to({ kind: "socket" }),
    "socket-failed": (state, env) => (state.proven ? stay(state) : openStreams(0, env)),
    deadline: (_, env) => openStreams(0, env),
  },
  socket: {
    ...still,
    rest: () => to({ kind: "resting" }),
    "socket-lost": () => to({ kind: "waiting", proven: true }),
  },
  opening: {
    ...still,
    rest: () => to({ kind: "resting" }, "close-streams"),
    "socket-up": () => up("close-streams"),
    "stream-up": ({ attempt }, { now }) => to({ kind: "stream", attempt, openedAt: now }),
    "stream-failed": ({ attempt }, env) => poll(attempt + 1, env, "close-streams"),
    hidden: ({ attempt }) => to({ kind: "dormant", attempt, rung: "stream" }, "close-streams"),
  },
  stream: {
    ...still,
    rest: () => to({ kind: "resting" }, "close-streams"),
    "socket-up": () => up("close-streams"),
    "stream-failed": ({ attempt, openedAt }, env) =>
      poll(env.now - openedAt >= HELD_MS ? 1 : attempt + 1, env, "close-streams"),
    woken: (state) => to(state, "check-streams"),
    // Browsers allow few connections to one server at a time: pages that nobody sees leave them to the others.
    hidden: ({ attempt }) => to({ kind: "dormant", attempt, rung: "stream" }, "close-streams"),
  },
  polling: {
    ...still,
    rest: () => to({ kind: "resting" }),
    "socket-up": () => up(),
    deadline: ({ attempt }) => to({ kind: "probing", attempt }, "probe-stream"),
    woken: ({ attempt }) => to({ kind: "probing", attempt }, "poll-now", "probe-stream"),
    hidden: ({ attempt }) => to({ kind: "dormant", attempt, rung: "polling" }),
  },
  probing: {
    ...still,
    rest: () => to({ kind: "resting" }, "drop-probe"),
    "socket-up": () => up("drop-probe"),
    "stream-up": ({ attempt }) => to({ kind: "opening", attempt }, "drop-probe", "open-streams"),
    "stream-failed": ({ attempt }, env) => poll(attempt + 1, env, "drop-probe"),
    woken: (state) => to(state, "poll-now"),
    hidden: ({ attempt }) => to({ kind: "dormant", attempt, rung: "polling" }, "drop-probe"),
  },
  dormant: {
    ...still,
    rest: () => to({ kind: "resting" }),
    "socket-up": () => up(),
    woken: (state, env) => {
      if (env.hidden) return stay(state);
      return state.rung === "stream"
        ? openStreams(state.attempt, env)
        : to({ kind: "probing", attempt: state.attempt }, "poll-now", "probe-stream");
    },
  },
};

/** What the ladder does with an event. Pure. */
export const ladderStep = (state: Ladder, event: LadderEventKind, env: LadderEnv): LadderStep => {
  switch (state.kind) {
    case "resting":
      return LADDER_TABLE.resting[event](state, env);
    case "waiting":
      return LADDER_TABLE.waiting[event](state, env);
    case "socket":
      return LADDER_TABLE.socket[event](state, env);
    case "opening":
      return LADDER_TABLE.opening[event](state, env);
    case "stream":
      return LADDER_TABLE.stream[event](state, env);
    case "polling":
      return LADDER_TABLE.polling[event](state, env);
    case "probing":
      return LADDER_TABLE.probing[event](state, env);
    case "dormant":
      return LADDER_TABLE.dormant[event](state, env);
  }
};
