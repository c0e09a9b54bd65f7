import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventDataIssues } from "../../shared/events.ts";
import { EPOCH, entriesOf, entryOf, LATER_EPOCH, newId } from "../../tests/contract/pubsub-fixtures.ts";
import { createFakeBus } from "../../tests/support/fake-bus.ts";
import { createManualClock, settle } from "../../tests/support/manual-clock.ts";
import { silentLog } from "../log/log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { Feed, type FeedEvent } from "./feed.ts";

const FEED = {
  validateData: eventDataIssues,
  options: {
    ring: { entries: 100, length: 100_000 },
    catchUpLimit: 1_000,
    freshMs: 10_000,
    repairWaitMs: 2_000,
    isCache: true,
  },
};

/** A feed that has started at `head`, with the events that its listener got. */
const startFeed = async (head = 0) => {
  const tenantId = newId();
  const bus = createFakeBus();
  const clock = createManualClock();
  const metrics = createMetrics();
  if (head > 0) bus.keep(tenantId, EPOCH, entriesOf(tenantId, 1, head));
  const feed = new Feed(tenantId, { pubsub: bus, clock, metrics, log: silentLog, ...FEED });
  await feed.start();
  const heard: FeedEvent[] = [];
  const resets: unknown[] = [];
  feed.subscribe({ event: (event) => heard.push(event), reset: (position) => resets.push(position) });
  const seqs = () => heard.map(({ position }) => position?.seq ?? null);
  /** Commits events and publishes those that are not lost. */
  const publish = async (from: number, to: number, lost: readonly number[] = []) => {
    const entries = entriesOf(tenantId, from, to);
    bus.keep(tenantId, EPOCH, entries);
    for (const { seq, payload } of entries) if (!lost.includes(seq)) await bus.tell(tenantId, payload);
    await settle();
  };
  const rejected = async () => (await metrics.pubsubRejected.get()).values.map(({ labels }) => labels.reason);
  return { tenantId, bus, clock, feed, heard, resets, seqs, publish, rejected };
};

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("Feed", () => {
  test("R1 drops events that it has already", async () => {
    const { tenantId, bus, publish, seqs } = await startFeed(3);
    await publish(4, 6);
    await bus.tell(tenantId, entryOf(tenantId, 5).payload);
    await bus.tell(tenantId, entryOf(tenantId, 2).payload);
    expect(seqs()).toEqual([4, 5, 6]);
  });

  test("R2 reads lost events from the log", async () => {
    const { publish, seqs, feed } = await startFeed(3);
    await publish(4, 9, [5, 6, 9]);
    expect(seqs()).toEqual([4, 5, 6, 7, 8, 9]);
    expect(feed.resets).toBe(0);
  });

  test("R2 notices by comparing that the last event was lost, with none behind it", async () => {
    const { publish, seqs, feed, clock } = await startFeed(3);
    await publish(4, 5, [5]);
    expect(seqs()).toEqual([4]);
    await clock.advance(FEED.options.freshMs + 1);
    expect(feed.verifiedHead).toBeNull();
    const comparing = feed.compare();
    await clock.advance(200);
    await comparing;
    expect(seqs()).toEqual([4, 5]);
    expect(feed.verifiedHead?.seq).toBe(5);
  });

  test("C1 holds events back while the bus is away and goes on without a hole when it is there again", async () => {
    const { publish, seqs, bus, feed } = await startFeed(3);
    bus.isAway = true;
    await publish(4, 8, [4]);
    expect(seqs()).toEqual([]);
    bus.isAway = false;
    await feed.compare();
    expect(seqs()).toEqual([4, 5, 6, 7, 8]);
  });

  test("R1 R2 hands on every event once and in order, whatever is lost, doubled and reordered", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (told, head) => {
          const { tenantId, bus, feed, seqs, clock } = await startFeed(head);
          const entries = entriesOf(tenantId, head + 1, head + 30);
          bus.keep(tenantId, EPOCH, entries);
          for (const index of told) void bus.tell(tenantId, entries[index - 1]?.payload ?? "");
          await settle();
          const comparing = feed.compare();
          await clock.advance(200);
          await comparing;
          expect(seqs()).toEqual(range(head + 1, head + 30));
          expect(feed.position).toEqual({ epoch: EPOCH, seq: head + 30 });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("tells its listeners to start anew when the log no longer has the lost events", async () => {
    const { tenantId, bus, publish, resets, seqs, feed } = await startFeed(3);
    bus.keep(tenantId, EPOCH, entriesOf(tenantId, 4, 8));
    bus.cache.trim(tenantId, 6);
    await publish(9, 9);
    expect(resets).toEqual([{ epoch: EPOCH, seq: 9 }]);
    await publish(10, 10);
    expect(seqs()).toEqual([10]);
    expect(feed.resets).toBe(1);
  });

  test("tells its listeners to start anew when the epoch changes, and follows it", async () => {
    const { tenantId, bus, resets, seqs, feed } = await startFeed(3);
    const later = [entryOf(tenantId, 1, { epoch: LATER_EPOCH }), entryOf(tenantId, 2, { epoch: LATER_EPOCH })];
    bus.keep(tenantId, LATER_EPOCH, later);
    for (const { payload } of later) await bus.tell(tenantId, payload);
    await settle();
    expect(resets).toEqual([{ epoch: LATER_EPOCH, seq: 2 }]);
    expect(seqs()).toEqual([]);
    expect(feed.position).toEqual({ epoch: LATER_EPOCH, seq: 2 });
  });

  test("drops events of an older epoch", async () => {
    const { tenantId, bus, seqs, rejected } = await startFeed(3);
    await bus.tell(tenantId, entryOf(tenantId, 4, { epoch: "00000000-0000-7000-8000-000000000000" }).payload);
    expect(seqs()).toEqual([]);
    expect(await rejected()).toEqual(["sequence"]);
  });

  test("R2 is not led astray by a seq that no log has", async () => {
    const { tenantId, bus, seqs, publish, rejected } = await startFeed(3);
    await bus.tell(tenantId, entryOf(tenantId, 99).payload);
    await settle();
    await publish(4, 5);
    expect(seqs()).toEqual([4, 5]);
    expect(await rejected()).toContain("sequence");
  });

  test("passes on an invalid event of the log, counted, and drops an invalid one that no log has", async () => {
    const { tenantId, bus, seqs, heard, rejected } = await startFeed(3);
    const invalid = entryOf(tenantId, 4, { action: "TASK_CREATED", data: {} });
    bus.keep(tenantId, EPOCH, [invalid]);
    await bus.tell(tenantId, invalid.payload);
    await bus.tell(tenantId, "{}");
    expect(seqs()).toEqual([4]);
    expect(heard[0]?.payload).toBe(invalid.payload);
    expect(await rejected()).toEqual(["relayed-invalid", "envelope"]);
  });

  test("a listener that throws harms neither the others nor the order", async () => {
    const { feed, publish, seqs } = await startFeed(3);
    feed.subscribe({
      event: () => {
        throw new Error("thrown on purpose");
      },
      reset: () => {},
    });
    await publish(4, 6);
    expect(seqs()).toEqual([4, 5, 6]);
  });

  test("R2 misses nothing that happens while it subscribes", async () => {
    const tenantId = newId();
    const bus = createFakeBus();
    bus.keep(tenantId, EPOCH, entriesOf(tenantId, 1, 3));
    const feed = new Feed(tenantId, {
      pubsub: {
        ...bus,
        subscribeExact: async (channel, listener) => {
          // Committed and published before the subscription is in force, so that only the head shows it.
          bus.keep(tenantId, EPOCH, entriesOf(tenantId, 4, 4));
          return bus.subscribeExact(channel, listener);
        },
      },
      clock: createManualClock(),
      metrics: createMetrics(),
      log: silentLog,
      ...FEED,
    });
    await feed.start();
    expect(feed.position).toEqual({ epoch: EPOCH, seq: 4 });
  });

  test("shares one read of the log among identical requests", async () => {
    const { feed, bus } = await startFeed(50);
    const since = { epoch: EPOCH, seq: 10 };
    const histories = await Promise.all(range(1, 20).map(() => feed.history(since, 100)));
    expect(bus.asked.histories).toBe(1);
    expect(histories.every(({ kind }) => kind === "events")).toBe(true);
    expect(feed.recent(10, 100)?.length).toBe(40);
  });
});

describe("Feed, when the bus has forgotten or is behind", () => {
  test("asks for a repair and reaches what the token knows", async () => {
    const { feed, bus, clock, tenantId } = await startFeed();
    bus.repair = async () => bus.keep(tenantId, EPOCH, entriesOf(tenantId, 1, 7));
    const reaching = feed.ensureReached({ epoch: EPOCH, seq: 7 });
    await clock.advance(500);
    expect(await reaching).toBe("reached");
    expect(bus.asked.repairs).toBe(1);
  });

  test("names the position of a signed token in its requests, at once and from then on", async () => {
    const { feed, bus, clock } = await startFeed(5);
    const told: unknown[] = [];
    bus.repair = async (_, seen) => void told.push(seen);
    const asking = feed.ensureReached({ epoch: EPOCH, seq: 99 });
    await clock.advance(10);
    const reaching = feed.ensureCommitted({ epoch: EPOCH, seq: 9 });
    await clock.advance(1_500);
    expect(told).toEqual([undefined, { epoch: EPOCH, seq: 9 }, { epoch: EPOCH, seq: 9 }]);
    await clock.advance(1_000);
    await Promise.all([asking, reaching]);
  });

  test("gives up after two seconds when nobody answers", async () => {
    const { feed, clock } = await startFeed();
    const reaching = feed.ensureReached({ epoch: EPOCH, seq: 7 });
    await clock.advance(2_100);
    expect(await reaching).toBe("unknown");
  });

  test("believes the answer that the database has no more either", async () => {
    const { feed, bus, clock } = await startFeed(5);
    bus.repair = async () => feed.onRepairAnswer({ epoch: EPOCH, seq: 5 });
    const reaching = feed.ensureReached({ epoch: EPOCH, seq: 9 });
    await clock.advance(500);
    expect(await reaching).toBe("behind");
  });

  test("asks for a repair when the log is gone or went back, without troubling its listeners", async () => {
    const { feed, bus, clock, tenantId, resets, publish, seqs } = await startFeed(5);
    bus.keep(tenantId, "00000000-0000-7000-8000-000000000000", entriesOf(tenantId, 1, 2));
    await feed.compare();
    expect(bus.asked.repairs).toBe(1);
    expect(resets).toEqual([]);
    bus.keep(tenantId, EPOCH, entriesOf(tenantId, 1, 5));
    await clock.advance(1_000);
    await feed.compare();
    await publish(6, 6);
    expect(seqs()).toEqual([6]);
  });
});

describe("Feed, asked for memberships", () => {
  const ended = (tenantId: string, seq: number, userId: string) =>
    entryOf(tenantId, seq, { action: "MEMBER_DELETED", data: { userId } });
  const at = (seq: number) => ({ epoch: EPOCH, seq });

  test("S2 knows the memberships that ended since it started", async () => {
    const { feed, bus, tenantId } = await startFeed(3);
    const entry = ended(tenantId, 4, "u1");
    bus.keep(tenantId, EPOCH, [entry]);
    await bus.tell(tenantId, entry.payload);
    expect(await feed.membershipStatus("u1", at(3))).toBe("revoked");
    expect(await feed.membershipStatus("u1", at(4))).toBe("member");
    expect(await feed.membershipStatus("u2", at(3))).toBe("member");
  });

  test("S2 looks through the log for tokens that are older than itself", async () => {
    const { bus, tenantId, clock } = await startFeed();
    bus.keep(tenantId, EPOCH, [...entriesOf(tenantId, 1, 5), ended(tenantId, 6, "u1"), ...entriesOf(tenantId, 7, 9)]);
    const feed = new Feed(tenantId, { pubsub: bus, clock, metrics: createMetrics(), log: silentLog, ...FEED });
    await feed.start();
    expect(feed.knownMembershipStatus("u1", at(5))).toBe("unknown");
    expect(await feed.membershipStatus("u1", at(5))).toBe("revoked");
    expect(await feed.membershipStatus("u1", at(7))).toBe("member");
    expect(await feed.membershipStatus("u2", at(2))).toBe("member");
  });

  test("S2 vouches for nobody whose token is older than the log, or of another epoch", async () => {
    const { feed, bus, tenantId } = await startFeed(9);
    bus.cache.trim(tenantId, 5);
    expect(await feed.membershipStatus("u1", at(3))).toBe("unknown");
    expect(await feed.membershipStatus("u1", { epoch: LATER_EPOCH, seq: 9 })).toBe("unknown");
  });

  test("S2 knows that the team is deleted", async () => {
    const { feed, bus, tenantId } = await startFeed(3);
    const entry = entryOf(tenantId, 4, { action: "TEAM_DELETED" });
    bus.keep(tenantId, EPOCH, [entry]);
    await bus.tell(tenantId, entry.payload);
    expect(await feed.membershipStatus("u1", at(3))).toBe("deleted");
  });
});
