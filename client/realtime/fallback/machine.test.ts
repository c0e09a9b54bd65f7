import { expect, test } from "bun:test";
import { seeded } from "../testing/sim-clock.ts";
import { FALLBACK_TABLE, fallbackStep } from "./machine.ts";
import {
  type FallbackEvent,
  type FallbackIn,
  type FallbackKind,
  fallbackDeadline,
  SOCKET_GRACE_MS,
  type TransportFallback,
} from "./state.ts";

const NOW = 1_000_000;
const env = { now: NOW, random: () => 0.5, hidden: false };

const STATES: { [Kind in FallbackKind]: FallbackIn<Kind> } = {
  idle: { kind: "idle" },
  "awaiting-socket": { kind: "awaiting-socket", proven: false },
  socket: { kind: "socket" },
  "opening-streams": { kind: "opening-streams", attempt: 1 },
  streaming: { kind: "streaming", attempt: 1, openedAt: NOW - 1_000 },
  polling: { kind: "polling", attempt: 1, until: NOW },
  probing: { kind: "probing", attempt: 1 },
  paused: { kind: "paused", attempt: 1, resumeWith: "stream" },
};

const EVENTS: readonly FallbackEvent[] = [
  "start",
  "stop",
  "socket-up",
  "socket-lost",
  "socket-failed",
  "stream-up",
  "stream-failed",
  "deadline",
  "woken",
  "hidden",
];

/** The whole machine at a glance. An event that a state does not list keeps the state. */
const LEADS_TO: { [Kind in FallbackKind]: Partial<Record<FallbackEvent, FallbackKind>> } = {
  idle: { start: "awaiting-socket" },
  "awaiting-socket": {
    stop: "idle",
    "socket-up": "socket",
    "socket-failed": "opening-streams",
    deadline: "opening-streams",
  },
  socket: { stop: "idle", "socket-lost": "awaiting-socket" },
  "opening-streams": {
    stop: "idle",
    "socket-up": "socket",
    "stream-up": "streaming",
    "stream-failed": "polling",
    hidden: "paused",
  },
  streaming: { stop: "idle", "socket-up": "socket", "stream-failed": "polling", hidden: "paused" },
  polling: { stop: "idle", "socket-up": "socket", deadline: "probing", woken: "probing", hidden: "paused" },
  probing: {
    stop: "idle",
    "socket-up": "socket",
    "stream-up": "opening-streams",
    "stream-failed": "polling",
    hidden: "paused",
  },
  paused: { stop: "idle", "socket-up": "socket", woken: "opening-streams" },
};

for (const { kind } of Object.values(STATES)) {
  for (const event of EVENTS) {
    const next = LEADS_TO[kind][event] ?? kind;
    test(`${kind} on ${event} leads to ${next}`, () => {
      expect(FALLBACK_TABLE[kind][event]).toBeFunction();
      expect(fallbackStep(STATES[kind], event, env).state.kind).toBe(next);
    });
  }
}

const effects = (state: TransportFallback, event: FallbackEvent) => fallbackStep(state, event, env).effects;

test("streams are closed before anything else serves", () => {
  for (const state of [STATES["opening-streams"], STATES.streaming]) {
    expect(effects(state, "socket-up")).toEqual(["close-streams", "use-socket"]);
    for (const event of ["stop", "stream-failed", "hidden"] as const)
      expect(effects(state, event)).toEqual(["close-streams"]);
  }
});

test("the probe is dropped before streams deliver", () => {
  expect(effects(STATES.probing, "stream-up")).toEqual(["drop-probe", "open-streams"]);
  expect(effects(STATES.probing, "socket-up")).toEqual(["drop-probe", "use-socket"]);
});

test("the first failed socket opens streams at once, one after a socket that was open does not", () => {
  expect(fallbackStep(STATES["awaiting-socket"], "socket-failed", env).state.kind).toBe("opening-streams");
  expect(fallbackStep({ kind: "awaiting-socket", proven: true }, "socket-failed", env).state.kind).toBe(
    "awaiting-socket",
  );
  expect(fallbackDeadline({ kind: "awaiting-socket", proven: true }, NOW)).toBe(SOCKET_GRACE_MS);
});

test("streams are retried later each time, and soon after stable ones", () => {
  const wait = (state: TransportFallback) => fallbackDeadline(fallbackStep(state, "stream-failed", env).state, NOW);
  expect(wait({ kind: "probing", attempt: 2 })).toBeGreaterThan(wait({ kind: "probing", attempt: 0 }) ?? 0);
  const stable = { kind: "streaming", attempt: 4, openedAt: NOW - 60_000 } as const;
  expect(wait(stable)).toBeLessThan(wait({ ...stable, openedAt: NOW - 1_000 }) ?? 0);
});

test("a hidden page opens nothing, and a visible one resumes where it was", () => {
  const hidden = { ...env, hidden: true };
  expect(fallbackStep(STATES["awaiting-socket"], "deadline", hidden)).toMatchObject({
    state: { kind: "paused" },
    effects: [],
  });
  expect(fallbackStep(STATES.paused, "woken", hidden).state.kind).toBe("paused");
  expect(effects({ ...STATES.paused, resumeWith: "polling" }, "woken")).toEqual(["poll-now", "probe-stream"]);
});

test("in any order of events, streams and the probe are open only in the states named after them", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seeded(seed);
    let state: TransportFallback = STATES.idle;
    let streams = false;
    let probe = false;
    for (let step = 0; step < 60; step += 1) {
      const event = EVENTS[Math.floor(random() * EVENTS.length)];
      if (event === undefined) throw new Error("there is no such event");
      const next = fallbackStep(state, event, { now: NOW + step, random, hidden: random() < 0.2 });
      for (const effect of next.effects) {
        if (effect === "open-streams") expect([streams, probe]).toEqual([false, false]);
        if (effect === "use-socket") expect([streams, probe]).toEqual([false, false]);
        if (effect === "open-streams") streams = true;
        if (effect === "close-streams") streams = false;
        if (effect === "probe-stream") probe = true;
        if (effect === "drop-probe") probe = false;
      }
      ({ state } = next);
      expect(streams).toBe(state.kind === "opening-streams" || state.kind === "streaming");
      expect(probe).toBe(state.kind === "probing");
    }
  }
});
