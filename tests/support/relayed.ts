import type { Db } from "../../platform/db/db.ts";
import { appendEvents, createHead, lockHead } from "../../platform/events/append.ts";
import { startRelay } from "../../platform/events/relay.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import type { AppendOutcome, Listener, LogEntry, PubSubProvider } from "../../platform/pubsub/provider.ts";
import { newDatabase } from "./database.ts";
import { handClock } from "./hand-clock.ts";

/** How long `until` waits, in milliseconds. */
const WITHIN_MS = 5_000;
export const AT = "2026-01-31T09:30:00.000Z";
const team = { id: "t", name: "T", createdAt: AT, updatedAt: AT, version: 1 } as never;

/** A bus with one tenant's log that fails on demand. */
const createBus = () => {
  const log: LogEntry[] = [];
  let epoch = "e";
  const listeners = new Map<string, Listener>();
  const published: [string, string][] = [];
  const reconnected = new Set<() => void>();
  let failing = 0;
  const bus: PubSubProvider = {
    name: "redis",
    isCache: true,
    append: async (_, of, entries, floor): Promise<AppendOutcome> => {
      if (of < epoch) return { kind: "stale-epoch", epoch };
      if (of > epoch) {
        epoch = of;
        log.length = 0;
        if (floor !== undefined) log.push({ seq: floor, payload: "" });
      }
      if (failing > 0) {
        failing -= 1;
        throw new Error("away");
      }
      const head = log.at(-1)?.seq ?? 0;
      const first = entries[0]?.seq ?? 0;
      if (first > head + 1 && floor !== first - 1) return { kind: "gap", head };
      for (const entry of entries) {
        const last = log.at(-1)?.seq ?? floor ?? 0;
        if (entry.seq > last + 1) break;
        if (entry.seq === last + 1) log.push(entry);
      }
      return { kind: "accepted", head: log.at(-1)?.seq ?? 0 };
    },
    publish: async (channel, payload) => void published.push([channel, payload]),
    subscribe: async () => async () => {},
    subscribeExact: async (channel, listener) => {
      listeners.set(channel, listener);
      return async () => void listeners.delete(channel);
    },
    head: async () => (log.length === 0 ? null : { epoch, seq: log.at(-1)?.seq ?? 0 }),
    history: async () => ({ kind: "unknown" }),
    isHealthy: async () => true,
    stats: () => ({ channels: 0, patterns: 0 }),
    onReconnect: (listener) => {
      reconnected.add(listener);
      return () => reconnected.delete(listener);
    },
    close: async () => {},
  };
  return {
    bus,
    log,
    published,
    fail: (times: number) => {
      failing = times;
    },
    reconnect: () => {
      for (const listener of reconnected) listener();
    },
    /** Puts the bus into an epoch that the database does not know. */
    beginAt: (later: string, seq: number) => {
      epoch = later;
      log.splice(0, log.length, { seq, payload: "" });
    },
    say: (channel: string, payload: string) => listeners.get(channel)?.(payload, channel),
    seqs: () => log.map((entry) => entry.seq),
  };
};

/** Call it after each test. */
export const stopRelays = async (): Promise<void> => {
  for (const stop of stops.splice(0)) await stop();
};
const stops: (() => Promise<void>)[] = [];

/** A relay between a database and a bus that fails on demand; `prepare` runs before the relay starts. */
export const startRelayed = async (
  prepare: (db: Db, world: ReturnType<typeof createBus>) => Promise<void> = async () => {},
) => {
  const db = await newDatabase();
  const clock = handClock(Date.parse(AT) + 60_000);
  const world = createBus();
  await prepare(db, world);
  const relay = startRelay({
    db,
    pubsub: world.bus,
    clock,
    log: silentLog,
    metrics: createMetrics(),
    random: () => 1,
    newEpoch: () => "f",
  });
  stops.push(async () => {
    await relay.stop();
    await db.close();
  });
  const commit = async (count: number) => {
    const committed = await db.change(async (tx) => {
      const head = (await lockHead(db.dialect, tx, "t")) ?? (await createHead(tx, "t", "e", AT));
      const events = Array.from({ length: count }, () => ({ action: "TEAM_UPDATED", data: team }) as const);
      const context = { tenantId: "t", initiatorId: "u", at: AT, mutationId: null };
      return { epoch: head.epoch, entries: await appendEvents(tx, head, context, events) };
    });
    return committed;
  };
  /** Turns the event loop until `isSo` holds; a sweep, for one, reads the database first. */
  const until = async (isSo: () => boolean | Promise<boolean>) => {
    const deadline = performance.now() + WITHIN_MS;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error("it did not come about");
      await new Promise((resolve) => setImmediate(resolve));
      await relay.idle();
    }
  };
  return { ...world, db, clock, relay, commit, until };
};

/** The numbers from 1 to `count`. */
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
