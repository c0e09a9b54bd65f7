import { expect, test } from "bun:test";
import { seeded } from "../testing/sim-clock.ts";
import { LADDER_TABLE, ladderStep } from "./machine.ts";
import {
  type Ladder,
  type LadderEventKind,
  type LadderIn,
  type LadderKind,
  ladderDeadline,
  SOCKET_GRACE_MS,
} from "./state.ts";

const NOW = 1_000_000;
const env = { now: NOW, random: () => 0.5, hidden: false };

const STATES: { [Kind in LadderKind]: LadderIn<Kind> } = {
  resting: { kind: "resting" },
  waiting: { kind: "waiting", proven: false },
  socket: { kind: "socket" },
  opening: { kind: "opening", attempt: 1 },
  stream: { kind: "stream", attempt: 1, openedAt: NOW - 1_000 },
  polling: { kind: "polling", attempt: 1, until: NOW },
  probing: { kind: "probing", attempt: 1 },
  dormant: { kind: "dormant", attempt: 1, rung: "stream" },
};

const EVENTS: readonly LadderEventKind[] = [
  "begin",
  "rest",
  "socket-up",
  "socket-lost",
  "socket-failed",
  "stream-up",
  "stream-failed",
  "deadline",
  "woken",
  "hidden",
];

/** The whole machine at a glance. Where a state is not named for an event, the event leaves it. */
const LEADS_TO: { [Kind in LadderKind]: Partial<Record<LadderEventKind, LadderKind>> } = {
  resting: { begin: "waiting" },
  waiting: { rest: "resting", "socket-up": "socket", "socket-failed": "opening", deadline: "opening" },
  socket: { rest: "resting", "socket-lost": "waiting" },
  opening: {
    rest: "resting",
    "socket-up": "socket",
    "stream-up": "stream",
    "stream-failed": "polling",
    hidden: "dormant",
  },
  stream: { rest: "resting", "socket-up": "socket", "stream-failed": "polling", hidden: "dormant" },
  polling: { rest: "resting", "socket-up": "socket", deadline: "probing", woken: "probing", hidden: "dormant" },
  probing: {
    rest: "resting",
    "socket-up": "socket",
    "stream-up": "opening",
    "stream-failed": "polling",
    hidden: "dormant",
  },
  dormant: { rest: "resting", "socket-up": "socket", woken: "opening" },
};

for (const { kind } of Object.values(STATES)) {
  for (const event of EVENTS) {
    const next = LEADS_TO[kind][event] ?? kind;
    test(`${kind} on ${event} leads to ${next}`, () => {
      expect(LADDER_TABLE[kind][event]).toBeFunction();
      expect(ladderStep(STATES[kind], event, env).state.kind).toBe(next);
    });
  }
}

const effects = (state: Ladder, event: LadderEventKind) => ladderStep(state, event, env).effects;

test("streams are closed before anything else serves", () => {
  for (const state of [STATES.opening, STATES.stream]) {
    expect(effects(state, "socket-up")).toEqual(["close-streams", "use-socket"]);
    for (const event of ["rest", "stream-failed", "hidden"] as const)
      expect(effects(state, event)).toEqual(["close-streams"]);
  }
});

test("a stream that is tried beside polling is dropped before streams deliver", () => {
  expect(effects(STATES.probing, "stream-up")).toEqual(["drop-probe", "open-streams"]);
  expect(effects(STATES.probing, "socket-up")).toEqual(["drop-probe", "use-socket"]);
});

test("the first socket that fails is not waited for any longer, one after a socket that held is", () => {
  expect(ladderStep(STATES.waiting, "socket-failed", env).state.kind).toBe("opening");
  expect(ladderStep({ kind: "waiting", proven: true }, "socket-failed", env).state.kind).toBe("waiting");
  expect(ladderDeadline({ kind: "waiting", proven: true }, NOW)).toBe(SOCKET_GRACE_MS);
});

test("streams are tried again later each time, and soon after some that held", () => {
  const wait = (state: Ladder) => ladderDeadline(ladderStep(state, "stream-failed", env).state, NOW);
  expect(wait({ kind: "probing", attempt: 2 })).toBeGreaterThan(wait({ kind: "probing", attempt: 0 }) ?? 0);
  const held = { kind: "stream", attempt: 4, openedAt: NOW - 60_000 } as const;
  expect(wait(held)).toBeLessThan(wait({ ...held, openedAt: NOW - 1_000 }) ?? 0);
});

test("a hidden page opens nothing, and one that is seen again goes on where it was", () => {
  const hidden = { ...env, hidden: true };
  expect(ladderStep(STATES.waiting, "deadline", hidden)).toMatchObject({ state: { kind: "dormant" }, effects: [] });
  expect(ladderStep(STATES.dormant, "woken", hidden).state.kind).toBe("dormant");
  expect(effects({ ...STATES.dormant, rung: "polling" }, "woken")).toEqual(["poll-now", "probe-stream"]);
});

test("whatever happens in whatever order, streams and the probe are open only in the states that say so", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seeded(seed);
    let state: Ladder = STATES.resting;
    let streams = false;
    let probe = false;
    for (let step = 0; step < 60; step += 1) {
      const event = EVENTS[Math.floor(random() * EVENTS.length)];
      if (event === undefined) throw new Error("there is no such event");
      const next = ladderStep(state, event, { now: NOW + step, random, hidden: random() < 0.2 });
      for (const effect of next.effects) {
        if (effect === "open-streams") expect([streams, probe]).toEqual([false, false]);
        if (effect === "use-socket") expect([streams, probe]).toEqual([false, false]);
        if (effect === "open-streams") streams = true;
        if (effect === "close-streams") streams = false;
        if (effect === "probe-stream") probe = true;
        if (effect === "drop-probe") probe = false;
      }
      ({ state } = next);
      expect(streams).toBe(state.kind === "opening" || state.kind === "stream");
      expect(probe).toBe(state.kind === "probing");
    }
  }
});
