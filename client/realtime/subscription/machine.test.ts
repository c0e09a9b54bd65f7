import { expect, test } from "bun:test";
import { NO_LOG_EPOCH } from "../../../shared/protocol/position.ts";
import { at } from "../testing/fake-backend.ts";
import { SUBSCRIPTION_TABLE, subscriptionStep } from "./machine.ts";
import type {
  Subscription,
  SubscriptionEffect,
  SubscriptionEvent,
  SubscriptionEventKind,
  SubscriptionKind,
} from "./state.ts";

const resumeFrom = { kind: "at", position: at(10) } as const;

const STATES: { [Kind in SubscriptionKind]: Extract<Subscription, { kind: Kind }> } = {
  unsubscribed: { kind: "unsubscribed", resumeFrom, waitsForSnapshot: false, online: false },
  joining: { kind: "joining", resumeFrom, tokenRenewed: "no", attempt: 0, missedHeads: 0, repairedAt: null },
  renewing: { kind: "renewing", resumeFrom, cause: "forbidden", attempt: 0 },
  live: { kind: "live", position: at(10), missedHeads: 0, repairedAt: null },
  "awaiting-snapshot": { kind: "awaiting-snapshot", base: at(10), head: at(10), missedHeads: 0 },
  unlogged: { kind: "unlogged", missedHeads: 0 },
  polling: { kind: "polling", resumeFrom, attempt: 0 },
  denied: { kind: "denied", reason: "revoked" },
};

const EVENTS: { [Kind in SubscriptionEventKind]: Extract<SubscriptionEvent, { kind: Kind }> } = {
  online: { kind: "online" },
  "join-without-snapshot": { kind: "join-without-snapshot" },
  offline: { kind: "offline" },
  subscribed: { kind: "subscribed", head: at(12), recovered: true },
  sequenced: { kind: "sequenced", at: at(11) },
  heartbeat: { kind: "heartbeat", head: at(10) },
  forbidden: { kind: "forbidden" },
  unavailable: { kind: "unavailable" },
  ended: { kind: "ended", reason: "revoked" },
  granted: { kind: "granted", named: true, online: true },
  snapshot: { kind: "snapshot", position: at(10) },
  polled: { kind: "polled", at: at(11) },
  "history-gone": { kind: "history-gone" },
  retry: { kind: "retry" },
  resubscribe: { kind: "resubscribe" },
  "history-ended": { kind: "history-ended" },
};

/** An event that a state does not list keeps the state. */
const LEADS_TO: { [Kind in SubscriptionKind]: Partial<Record<SubscriptionEventKind, SubscriptionKind>> } = {
  unsubscribed: { online: "joining" },
  joining: {
    offline: "unsubscribed",
    subscribed: "live",
    forbidden: "renewing",
    unavailable: "polling",
    ended: "renewing",
  },
  renewing: { offline: "unsubscribed", granted: "joining" },
  live: {
    online: "joining",
    offline: "unsubscribed",
    unavailable: "polling",
    ended: "renewing",
    resubscribe: "joining",
    "history-ended": "polling",
  },
  "awaiting-snapshot": {
    online: "joining",
    offline: "unsubscribed",
    unavailable: "polling",
    ended: "renewing",
    snapshot: "live",
    resubscribe: "joining",
    "history-ended": "polling",
  },
  unlogged: {
    online: "joining",
    offline: "unsubscribed",
    subscribed: "awaiting-snapshot",
    sequenced: "joining",
    heartbeat: "joining",
    unavailable: "polling",
    ended: "renewing",
    resubscribe: "joining",
    "history-ended": "joining",
  },
  polling: {
    online: "joining",
    offline: "unsubscribed",
    subscribed: "live",
    forbidden: "renewing",
    ended: "renewing",
    retry: "joining",
  },
  denied: { granted: "unsubscribed", "history-ended": "renewing" },
};

const stateKinds = Object.values(STATES).map(({ kind }) => kind);
const eventKinds = Object.values(EVENTS).map(({ kind }) => kind);

for (const state of stateKinds) {
  for (const event of eventKinds) {
    const next =
      state === "awaiting-snapshot" && event === "subscribed" ? "awaiting-snapshot" : (LEADS_TO[state][event] ?? state);
    test(`${state} on ${event} leads to ${next}`, () => {
      expect(SUBSCRIPTION_TABLE[state][event]).toBeFunction();
      expect(subscriptionStep(STATES[state], EVENTS[event]).state.kind).toBe(next);
    });
  }
}

const run = (from: Subscription, ...events: SubscriptionEvent[]) => {
  let state = from;
  let effects: readonly SubscriptionEffect[] = [];
  for (const event of events) ({ state, effects } = subscriptionStep(state, event));
  return { state, effects };
};

test("joins from its position, and without `since` when it has none", () => {
  expect(run(STATES.unsubscribed, EVENTS.online).effects).toEqual([{ kind: "subscribe", since: at(10) }]);
  const without = { ...STATES.unsubscribed, resumeFrom: { kind: "none" } } as const;
  expect(run(without, EVENTS.online).effects).toEqual([{ kind: "subscribe", since: null }]);
});

test("waits for a first snapshot before it joins, and joins from the snapshot's position", () => {
  const waiting = { ...STATES.unsubscribed, resumeFrom: { kind: "none" }, waitsForSnapshot: true } as const;
  const online = run(waiting, EVENTS.online);
  expect(online.effects).toEqual([]);
  expect(run(online.state, { kind: "snapshot", position: at(7) }).effects).toEqual([
    { kind: "subscribe", since: at(7) },
  ]);
  expect(run(online.state, EVENTS["join-without-snapshot"]).effects).toEqual([{ kind: "subscribe", since: null }]);
});

test("a channel whose history ended is polled past, and retried less and less often", () => {
  const ended = run(STATES.live, EVENTS["history-ended"]);
  expect(ended.effects).toEqual([
    { kind: "reset", base: null },
    { kind: "retry-later", attempt: 0 },
  ]);
  const later = { epoch: `${at(1).epoch}z`, seq: 3 };
  const stillEnded: SubscriptionEvent = { kind: "subscribed", head: at(12), recovered: false };
  const again = run(ended.state, { kind: "snapshot", position: later }, EVENTS.retry);
  expect(again.effects).toEqual([{ kind: "subscribe", since: later }]);
  expect(run(again.state, stillEnded).effects).toEqual([{ kind: "retry-later", attempt: 1 }]);
  expect(run(again.state, stillEnded, EVENTS.retry, stillEnded).effects).toEqual([{ kind: "retry-later", attempt: 2 }]);
});

test("an event beyond a gap is not delivered, and the channel is joined again from the position", () => {
  const { state, effects } = run(STATES.live, { kind: "sequenced", at: at(12) });
  expect(state.kind).toBe("joining");
  expect(effects).toEqual([{ kind: "subscribe", since: at(10) }]);
});

test("a gap that a repair did not fill ends the position", () => {
  const gap = { kind: "sequenced", at: at(12) } as const;
  const repaired = run(STATES.live, gap, { kind: "subscribed", head: at(12), recovered: true });
  expect(run(repaired.state, gap).effects).toEqual([{ kind: "subscribe", since: null }]);
});

test("an event of another epoch is not delivered", () => {
  expect(run(STATES.live, { kind: "sequenced", at: at(11, "e2") }).state.kind).toBe("joining");
});

test("a known event is ignored", () => {
  expect(run(STATES.live, { kind: "sequenced", at: at(10) })).toEqual({ state: STATES.live, effects: [] });
});

test("sequenced events between subscribe and subscribed are dropped", () => {
  expect(run(STATES.joining, EVENTS.sequenced)).toEqual({ state: STATES.joining, effects: [] });
});

test("a heartbeat ahead of the position joins again from it; one behind or level does not", () => {
  expect(run(STATES.live, { kind: "heartbeat", head: at(11) }).effects).toEqual([{ kind: "subscribe", since: at(10) }]);
  expect(run(STATES.live, { kind: "heartbeat", head: at(10, "e2") }).state.kind).toBe("joining");
  expect(run(STATES.live, { kind: "heartbeat", head: at(10) }).state.kind).toBe("live");
  expect(run(STATES.live, { kind: "heartbeat", head: at(9) }).state.kind).toBe("live");
});

test("three heartbeats without the tenant join again, two do not", () => {
  const missing = { kind: "heartbeat", head: null } as const;
  for (const state of [STATES.live, STATES.joining, STATES["awaiting-snapshot"], STATES.unlogged]) {
    expect(run(state, missing, missing).effects).toEqual([]);
    expect(run(state, missing, missing, missing).effects.map(({ kind }) => kind)).toEqual(["subscribe"]);
  }
  expect(run(STATES.live, missing, missing, EVENTS.heartbeat, missing, missing).state.kind).toBe("live");
});

test("recovered:false ends the position until a snapshot reaches the point of joining in that epoch", () => {
  const cut = run(STATES.joining, { kind: "subscribed", head: at(20), recovered: false });
  expect(cut.state).toMatchObject({ kind: "awaiting-snapshot", base: at(20) });
  expect(cut.effects).toContainEqual({ kind: "reset", base: at(20) });
  expect(run(cut.state, { kind: "snapshot", position: at(19) }).state.kind).toBe("awaiting-snapshot");
  expect(run(cut.state, { kind: "snapshot", position: at(25, "e2") }).state.kind).toBe("awaiting-snapshot");
  expect(run(cut.state, { kind: "snapshot", position: at(20) }).state).toMatchObject({
    kind: "live",
    position: at(20),
  });
});

test("events delivered before the snapshot count in the position", () => {
  const cut = { kind: "subscribed", head: at(20), recovered: false } as const;
  const { state } = run(STATES.joining, cut, { kind: "sequenced", at: at(21) }, { kind: "snapshot", position: at(20) });
  expect(state).toMatchObject({ kind: "live", position: at(21) });
});

test("a connection lost before that snapshot joins again without a position", () => {
  const cut = { kind: "subscribed", head: at(20), recovered: false } as const;
  expect(run(STATES.joining, cut, EVENTS.offline, EVENTS.online).effects).toEqual([{ kind: "subscribe", since: null }]);
  const read = { kind: "snapshot", position: at(20) } as const;
  expect(run(STATES.joining, cut, EVENTS.offline, read, EVENTS.online).effects).toEqual([
    { kind: "subscribe", since: at(20) },
  ]);
});

test("recovered:true of another epoch than the position's is no recovery", () => {
  expect(run(STATES.joining, { kind: "subscribed", head: at(12, "e2"), recovered: true }).state.kind).toBe(
    "awaiting-snapshot",
  );
});

test("forbidden gives up only when a new token does not name the tenant, or does not decode and is refused too", () => {
  const renewing = run(STATES.joining, EVENTS.forbidden);
  expect(renewing.effects).toEqual([{ kind: "renew-token" }]);
  const denied = { kind: "denied", reason: "forbidden" } as const;
  expect(run(renewing.state, { kind: "granted", named: false, online: true }).state).toEqual(denied);
  const again = run(renewing.state, { kind: "granted", named: null, online: true });
  expect(again.effects).toEqual([{ kind: "subscribe", since: at(10) }]);
  expect(run(again.state, EVENTS.forbidden).state).toEqual(denied);
});

test("refused though the new token names it, the tenant is polled, and joined anew with growing waits", () => {
  const again = run(STATES.joining, EVENTS.forbidden, EVENTS.granted);
  expect(again.effects).toEqual([{ kind: "subscribe", since: at(10) }]);
  const polling = run(again.state, EVENTS.forbidden);
  expect(polling.effects).toEqual([{ kind: "retry-later", attempt: 0 }]);
  expect(run(polling.state, EVENTS.retry, EVENTS.forbidden, EVENTS.granted, EVENTS.forbidden).effects).toEqual([
    { kind: "retry-later", attempt: 1 },
  ]);
});

test("revoked gives the tenant up only if the new token does not name it", () => {
  const renewing = run(STATES.live, { kind: "ended", reason: "revoked" }).state;
  expect(run(renewing, { kind: "granted", named: false, online: true }).state).toEqual({
    kind: "denied",
    reason: "revoked",
  });
  expect(run(renewing, { kind: "granted", named: true, online: true }).state.kind).toBe("joining");
  expect(run(renewing, { kind: "granted", named: null, online: true }).state.kind).toBe("joining");
  expect(run(renewing, { kind: "granted", named: true, online: false }).state.kind).toBe("unsubscribed");
  expect(run(STATES.live, { kind: "ended", reason: "expired" }).state.kind).toBe("renewing");
});

test("deleted gives the tenant up at once", () => {
  expect(run(STATES.live, { kind: "ended", reason: "deleted" }).state).toEqual({ kind: "denied", reason: "deleted" });
});

test("without history it polls from its position and retries to join, later each time", () => {
  const first = run(STATES.joining, EVENTS.unavailable);
  expect(first.effects).toEqual([{ kind: "retry-later", attempt: 0 }]);
  const moved = run(first.state, EVENTS.polled);
  expect(moved.effects).toEqual([{ kind: "deliver" }]);
  const again = run(moved.state, EVENTS.retry);
  expect(again.effects).toEqual([{ kind: "subscribe", since: at(11) }]);
  expect(run(again.state, EVENTS.unavailable).effects).toEqual([{ kind: "retry-later", attempt: 1 }]);
});

test("a history that is gone ends the position until any later snapshot", () => {
  const gone = run(STATES.polling, EVENTS["history-gone"]);
  expect(gone.effects).toEqual([{ kind: "reset", base: null }]);
  expect(run(gone.state, EVENTS.retry).effects).toEqual([{ kind: "subscribe", since: null }]);
  const read = run(gone.state, { kind: "snapshot", position: at(3, "e9") });
  expect(run(read.state, EVENTS.retry).effects).toEqual([{ kind: "subscribe", since: at(3, "e9") }]);
});

test("a tenant without a log resets after each subscribed and keeps no position", () => {
  const head = at(0, NO_LOG_EPOCH);
  const joined = run(STATES.joining, { kind: "subscribed", head, recovered: false });
  expect(joined.state.kind).toBe("unlogged");
  expect(joined.effects).toContainEqual({ kind: "reset", base: null });
  expect(run(joined.state, { kind: "heartbeat", head }).state.kind).toBe("unlogged");
  expect(run(joined.state, EVENTS.offline, EVENTS.online).effects).toEqual([{ kind: "subscribe", since: null }]);
});
