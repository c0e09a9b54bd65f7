import { describe, expect, test } from "bun:test";
import { eventDataIssues } from "../../shared/events.ts";
import { EPOCH, entriesOf, newId } from "../../tests/contract/pubsub-fixtures.ts";
import { createFakeBus } from "../../tests/support/fake-bus.ts";
import { createManualClock, settle } from "../../tests/support/manual-clock.ts";
import { silentLog } from "../log/log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createFeedHub } from "./feed-hub.ts";

const start = () => {
  const bus = createFakeBus();
  const clock = createManualClock();
  const hub = createFeedHub({
    pubsub: bus,
    clock,
    log: silentLog,
    metrics: createMetrics(),
    validateData: eventDataIssues,
    random: () => 0,
  });
  const tenantId = newId();
  bus.keep(tenantId, EPOCH, entriesOf(tenantId, 1, 3));
  return { bus, clock, hub, tenantId };
};

describe("the feeds of a node", () => {
  test("M4 are shared, and end only when nobody came back for a while", async () => {
    const { hub, clock, tenantId } = start();
    const first = await hub.acquire(tenantId);
    const second = await hub.acquire(tenantId);
    expect(second.feed).toBe(first.feed);
    first.release();
    first.release();
    await clock.advance(60_000);
    expect(hub.size).toBe(1);
    second.release();
    await clock.advance(9_000);
    const third = await hub.acquire(tenantId);
    expect(third.feed).toBe(first.feed);
    await clock.advance(60_000);
    expect(hub.size).toBe(1);
    third.release();
    await clock.advance(10_000);
    expect(hub.size).toBe(0);
  });

  test("are compared with the log at least every five seconds, and repair themselves", async () => {
    const { hub, clock, bus, tenantId } = start();
    const { feed } = await hub.acquire(tenantId);
    const seqs: (number | undefined)[] = [];
    feed.subscribe({ event: ({ position }) => seqs.push(position?.seq), reset: () => {} });
    bus.keep(tenantId, EPOCH, entriesOf(tenantId, 4, 5));
    await clock.advance(5_000);
    expect(seqs).toEqual([4, 5]);
    // A comparison counts for ten seconds.
    await clock.advance(60_000);
    expect(feed.verifiedHead?.seq).toBe(5);
  });

  test("compare themselves at once after the bus was lost and is back", async () => {
    const { hub, clock, bus, tenantId } = start();
    const { feed } = await hub.acquire(tenantId);
    await clock.advance(4_000);
    bus.keep(tenantId, EPOCH, entriesOf(tenantId, 4, 5));
    bus.reconnect();
    await clock.advance(150);
    expect(feed.position).toEqual({ epoch: EPOCH, seq: 5 });
  });

  test("cannot be had while the bus is away, and can when it is back", async () => {
    const { hub, clock, bus, tenantId } = start();
    bus.isAway = true;
    await expect(hub.acquire(tenantId)).rejects.toThrow("away");
    expect(hub.size).toBe(0);
    bus.isAway = false;
    await clock.advance(200);
    expect((await hub.acquire(tenantId)).feed.position).toEqual({ epoch: EPOCH, seq: 3 });
  });

  test("compare themselves all, however many there are", async () => {
    const { hub, clock, bus } = start();
    const tenantIds = Array.from({ length: 300 }, () => newId());
    for (const tenantId of tenantIds) await hub.acquire(tenantId);
    const before = bus.asked.heads;
    await clock.advance(5_000);
    await settle();
    expect(bus.asked.heads - before).toBeGreaterThanOrEqual(300);
  });
});
