import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventDataIssues } from "../../shared/events.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { EPOCH, entriesOf, LATER_EPOCH, newId } from "../../tests/contract/pubsub-fixtures.ts";
import { createFakeBus } from "../../tests/support/fake-bus.ts";
import { createManualClock } from "../../tests/support/manual-clock.ts";
import { silentLog } from "../log/log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { Feed } from "./feed.ts";
import { type ReplayBounds, replay } from "./replay.ts";

const BOUNDS: ReplayBounds = { events: 200, sliceEvents: 7, sliceLength: 10_000 };
const at = (seq: number, epoch = EPOCH): Position => ({ epoch, seq });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

const start = async (head: number, ringEntries = 1_000) => {
  const tenantId = newId();
  const bus = createFakeBus();
  bus.keep(tenantId, EPOCH, entriesOf(tenantId, 1, head));
  const feed = new Feed(tenantId, {
    pubsub: bus,
    clock: createManualClock(),
    metrics: createMetrics(),
    log: silentLog,
    validateData: eventDataIssues,
    options: {
      ring: { entries: ringEntries, length: 1_000_000 },
      catchUpLimit: 1_000,
      freshMs: 10_000,
      repairWaitMs: 2_000,
      isCache: true,
    },
  });
  await feed.start();
  let last = head;
  /** Commits and publishes `count` more events. */
  const commit = async (count: number) => {
    const entries = entriesOf(tenantId, last + 1, last + count);
    last += count;
    bus.keep(tenantId, EPOCH, entries);
    for (const { payload } of entries) void bus.tell(tenantId, payload);
  };

  /** A client that records everything it is sent, and runs `onSlice` while it drains. */
  const target = (onSlice: (slice: number) => Promise<void> | void = () => {}) => {
    const told: (number | string)[] = [];
    let slices = 0;
    const client = {
      isGone: false,
      isAuthorized: () => !client.isGone,
      joined: (position: Position, recovered: boolean) => {
        told.push(`${recovered ? "recovered" : "anew"} at ${position.epoch === EPOCH ? "" : "later "}${position.seq}`);
      },
      send: (slice: readonly { seq: number }[]) => {
        told.push(...slice.map(({ seq }) => seq));
        slices += 1;
        return Promise.resolve(onSlice(slices));
      },
      live: () => {
        told.push("live");
        feed.subscribe({ event: ({ position }) => told.push(position?.seq ?? 0), reset: () => told.push("reset") });
      },
    };
    return { client, told };
  };
  return { feed, bus, tenantId, commit, target };
};

describe("replay", () => {
  test("R3 tells where it joins before the first event", async () => {
    const { feed, target } = await start(30);
    const { client, told } = target();
    expect(await replay(feed, at(10), client, BOUNDS)).toBe("recovered");
    expect(told).toEqual(["recovered at 30", ...range(11, 30), "live"]);
  });

  test("R2 goes on to the head that moved while the client drained", async () => {
    const { feed, target, commit } = await start(30);
    const { client, told } = target(async (slice) => {
      if (slice <= 3) await commit(20);
    });
    await replay(feed, at(10), client, BOUNDS);
    await commit(3);
    expect(told).toEqual(["recovered at 30", ...range(11, 90), "live", 91, 92, 93]);
  });

  test("R1 R2 R4 past and present meet without a hole, a double or a mixture, whatever is committed meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 50 }),
        async (head, before, commits, ring) => {
          const { feed, target, commit } = await start(head, ring);
          const since = Math.max(0, head - before);
          const { client, told } = target(async (slice) => commit(commits[slice - 1] ?? 0));
          const running = replay(feed, at(since), client, BOUNDS);
          await commit(commits.at(-1) ?? 1);
          expect(await running).toBe("recovered");
          await commit(2);
          const seqs = told.filter((what) => typeof what === "number");
          expect(seqs).toEqual(range(since + 1, feed.position?.seq ?? 0));
          expect(told.indexOf("live")).toBeGreaterThan(0);
          expect(String(told[0])).toStartWith("recovered at");
        },
      ),
      { numRuns: 100 },
    );
  });

  const anew: [name: string, since: Position | null][] = [
    ["no since", null],
    ["another epoch", at(10, LATER_EPOCH)],
    ["a nonsense epoch", at(10, "nonsense")],
    ["a since ahead of the head", at(301)],
    ["too many events between", at(99)],
  ];
  test.each(anew)("begins anew with %s", async (_, since) => {
    const { feed, target, commit } = await start(300);
    const { client, told } = target();
    expect(await replay(feed, since, client, BOUNDS)).toBe("not-recovered");
    await commit(1);
    expect(told).toEqual(["anew at 300", "live", 301]);
  });

  test("begins anew when the log no longer reaches back", async () => {
    const { feed, target, bus, tenantId } = await start(30);
    bus.cache.trim(tenantId, 15);
    const { client, told } = target();
    expect(await replay(feed, at(10), client, BOUNDS)).toBe("not-recovered");
    expect(told).toEqual(["anew at 30", "live"]);
  });

  test("R2 begins anew when the history breaks in the middle of it", async () => {
    const { feed, target, bus, tenantId } = await start(30);
    const { client, told } = target(async (slice) => {
      if (slice > 1) return;
      bus.keep(tenantId, LATER_EPOCH, entriesOf(tenantId, 1, 4));
      await feed.compare();
    });
    expect(await replay(feed, at(10), client, BOUNDS)).toBe("not-recovered");
    expect(told).toEqual(["recovered at 30", ...range(11, 17), "anew at later 4", "live"]);
  });

  test("S2 sends nothing more once the client is not authorized", async () => {
    const { feed, target } = await start(30);
    const { client, told } = target((slice) => {
      if (slice === 2) client.isGone = true;
    });
    expect(await replay(feed, at(10), client, BOUNDS)).toBe("unwelcome");
    expect(told).toEqual(["recovered at 30", ...range(11, 24)]);
  });

  test("rejects when the log cannot be read, having told nothing", async () => {
    const { feed, target, bus } = await start(30);
    bus.isAway = true;
    const { client, told } = target();
    await expect(replay(feed, at(10), client, BOUNDS)).rejects.toThrow("away");
    expect(told).toEqual([]);
  });
});
