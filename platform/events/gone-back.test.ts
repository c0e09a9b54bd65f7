import { afterEach, expect, test } from "bun:test";
import { eventDataIssues } from "../../shared/events.ts";
import { newDatabase } from "../../tests/support/database.ts";
import { systemClock } from "../clock/clock.ts";
import { silentLog } from "../log/log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createLocalPubSub } from "../pubsub/local.ts";
import { createHead } from "./append.ts";
import { createFeedHub } from "./feed-hub.ts";
import { createLogReader, readHead } from "./log.ts";
import { startRelay } from "./relay.ts";

const AT = "2026-01-31T09:30:00.000Z";
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A single process whose database was put back to seq 80, and a feed of it. */
const startRestored = async () => {
  const db = await newDatabase();
  await db.change(async (tx) => {
    await createHead(tx, "t", "e", AT);
    await tx.updateTable("tenant_heads").set({ seq: 80 }).execute();
  });
  const deps = { clock: systemClock, log: silentLog, metrics: createMetrics() };
  const pubsub = createLocalPubSub({ log: createLogReader(db), metrics: deps.metrics });
  const relay = startRelay({ ...deps, db, pubsub, random: Math.random, newEpoch: () => "f" });
  const hub = createFeedHub({ ...deps, pubsub, validateData: eventDataIssues });
  const { feed, release } = await hub.acquire("t");
  stops.push(async () => {
    release();
    await relay.stop();
    await hub.close();
    await pubsub.close();
    await db.close();
  });
  return { feed, head: () => readHead(db.read, "t") };
};

test("a process alone begins a new epoch for a signed token that knows more than its database", async () => {
  const { feed, head } = await startRestored();
  expect(await feed.ensureCommitted({ epoch: "e", seq: 100 })).toBe("reached");
  expect(feed.position).toEqual({ epoch: "f", seq: 80 });
  expect(await head()).toEqual({ epoch: "f", seq: 80 });
});

test("a position that only a client names begins no epoch", async () => {
  const { feed, head } = await startRestored();
  expect(await feed.ensureReached({ epoch: "e", seq: 100 })).toBe("behind");
  expect(await head()).toEqual({ epoch: "e", seq: 80 });
});
