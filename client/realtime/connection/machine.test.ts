import { expect, test } from "bun:test";
import { CLOSE } from "../../../shared/protocol/close-codes.ts";
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, fullJitter, RECONNECT_LATER_MS } from "../backoff.ts";
import type { Grant } from "../grant.ts";
import { CONNECTION_TABLE, connectionStep } from "./machine.ts";
import type { Connection, ConnectionEvent, ConnectionEventKind, ConnectionKind } from "./state.ts";

const NOW = 1_000_000;
const env = { now: NOW, random: () => 0.5 };
const grant: Grant = { token: "t", url: "/ws", receivedAt: NOW, lifetimeMs: 600_000, tenants: null };

const STATES: { [Kind in ConnectionKind]: Extract<Connection, { kind: Kind }> } = {
  idle: { kind: "idle" },
  "fetching-token": { kind: "fetching-token", attempt: 2 },
  connecting: { kind: "connecting", attempt: 2, grant },
  authenticating: { kind: "authenticating", attempt: 2, grant },
  open: {
    kind: "open",
    attempt: 2,
    grant,
    openedAt: NOW - 60_000,
    connectionId: "c",
    userId: "u",
    heartbeatMs: 25_000,
    renewing: false,
  },
  "backing-off": { kind: "backing-off", attempt: 2, grant, until: NOW, notBefore: NOW },
  stopped: { kind: "stopped", reason: "signed-out" },
};

const EVENTS: { [Kind in ConnectionEventKind]: Extract<ConnectionEvent, { kind: Kind }> } = {
  start: { kind: "start" },
  stop: { kind: "stop" },
  granted: { kind: "granted", grant },
  "token-denied": { kind: "token-denied" },
  "token-failed": { kind: "token-failed", retryAfterMs: 0 },
  opened: { kind: "opened" },
  closed: { kind: "closed", code: 1006, waitMs: null },
  ready: { kind: "ready", connectionId: "c", userId: "u", heartbeatMs: 25_000 },
  deadline: { kind: "deadline" },
  woken: { kind: "woken", silentMs: 0 },
  "renewal-due": { kind: "renewal-due" },
  "token-invalidated": { kind: "token-invalidated" },
};

/** The whole machine at a glance. An event that a state does not list keeps the state. */
const LEADS_TO: { [Kind in ConnectionKind]: Partial<Record<ConnectionEventKind, ConnectionKind>> } = {
  idle: { start: "fetching-token" },
  stopped: { start: "fetching-token", stop: "idle" },
  "fetching-token": {
    stop: "idle",
    granted: "connecting",
    "token-denied": "stopped",
    "token-failed": "backing-off",
    deadline: "backing-off",
  },
  connecting: {
    stop: "idle",
    opened: "authenticating",
    closed: "backing-off",
    deadline: "backing-off",
    "token-invalidated": "fetching-token",
  },
  authenticating: {
    stop: "idle",
    ready: "open",
    closed: "backing-off",
    deadline: "backing-off",
    "token-invalidated": "fetching-token",
  },
  open: { stop: "idle", "token-denied": "stopped", closed: "backing-off", deadline: "backing-off" },
  "backing-off": { stop: "idle", deadline: "connecting", woken: "connecting", "token-invalidated": "fetching-token" },
};

const stateKinds = Object.values(STATES).map(({ kind }) => kind);
const eventKinds = Object.values(EVENTS).map(({ kind }) => kind);

for (const state of stateKinds) {
  for (const event of eventKinds) {
    const next = LEADS_TO[state][event] ?? state;
    test(`${state} on ${event} leads to ${next}`, () => {
      expect(CONNECTION_TABLE[state][event]).toBeFunction();
      expect(connectionStep(STATES[state], EVENTS[event], env).state.kind).toBe(next);
    });
  }
}

test("each close code leads where the protocol says", () => {
  const after = (code: number) => connectionStep(STATES.open, { kind: "closed", code, waitMs: null }, env).state;
  for (const { code, behavior } of Object.values(CLOSE)) {
    const state = after(code);
    if (behavior === "stop") expect(state.kind).toBe("stopped");
    else if (state.kind !== "backing-off") throw new Error(`${code} leads to ${state.kind}`);
    else {
      expect(state.grant === null).toBe(behavior === "renew-token");
      expect(state.notBefore - NOW).toBe(behavior === "reconnect-later" ? RECONNECT_LATER_MS : 0);
    }
  }
  for (const code of [1000, 1001, 1006, 1009, 1012, 4999]) expect(after(code).kind).toBe("backing-off");
  expect(after(4200)).toEqual({ kind: "stopped", reason: "forged-token" });
  expect(after(4202)).toEqual({ kind: "stopped", reason: "invalid-message" });
  expect(after(4204)).toEqual({ kind: "stopped", reason: "too-big" });
});

test("waking does not cut short a wait that the server imposed", () => {
  const away = connectionStep(STATES.open, { kind: "closed", code: 4005, waitMs: null }, env).state;
  expect(connectionStep(away, EVENTS.woken, { ...env, now: NOW + RECONNECT_LATER_MS - 1 }).state.kind).toBe(
    "backing-off",
  );
  expect(connectionStep(away, EVENTS.woken, { ...env, now: NOW + RECONNECT_LATER_MS }).state.kind).toBe("connecting");
});

test("a token near its end is not used for another connection", () => {
  const { state, effects } = connectionStep(STATES["backing-off"], EVENTS.deadline, { ...env, now: NOW + 595_000 });
  expect(state.kind).toBe("fetching-token");
  expect(effects).toEqual(["fetch-token"]);
});

test("a page that slept longer than two heartbeats connects anew at once", () => {
  const { state, effects } = connectionStep(STATES.open, { kind: "woken", silentMs: 50_000 }, env);
  expect(state.kind).toBe("connecting");
  expect(effects).toEqual(["drop-socket", "open-socket"]);
});

test("a flapping connection keeps its count of failures, a stable one does not", () => {
  const closed = { kind: "closed", code: 4001, waitMs: null } as const;
  const attempts = (openedAt: number) => {
    const { state } = connectionStep({ ...STATES.open, openedAt }, closed, env);
    return "attempt" in state ? state.attempt : null;
  };
  expect(attempts(NOW - 1_000)).toBe(3);
  expect(attempts(NOW - 10_000)).toBe(1);
});

test("full jitter spreads over a bound that doubles up to a cap", () => {
  expect(fullJitter(0, () => 0)).toBe(0);
  expect(fullJitter(0, () => 0.999_999)).toBe(BACKOFF_BASE_MS - 1);
  expect(fullJitter(3, () => 0.5)).toBe(BACKOFF_BASE_MS * 4);
  expect(fullJitter(1_000, () => 0.999_999_9)).toBeLessThan(BACKOFF_CAP_MS);
});
