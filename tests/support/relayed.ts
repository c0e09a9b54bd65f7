import type { Clock } from "../../platform/clock/clock.ts";
import type { Db } from "../../platform/db/db.ts";
import { appendEvents, createHead, lockHead } from "../../platform/events/append.ts";
import { startRelay } from "../../platform/events/relay.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import type { AppendOutcome, Listener, LogEntry, PubSubProvider } from "../../platform/pubsub/provider.ts";
import { newDatabase } from "./database.ts";

/** Timeout of waits that include the database, in milliseconds. */
const WITHIN_MS = 5_000;
export const AT = "2026-01-31T09:30:00.000Z";
const team = { id: "t", name: "T", createdAt: AT, updatedAt: AT, version: 1 } as never;

/** A clock that stands still until it is moved. */
const handClock = (): Clock & { move(ms: number): void } => {
  let now = Date.parse(AT) + 60_000;
  const tasks = new Set<{ at: number; every: number | null; run: () => void }>();
  const add = (ms: number, every: number | null, run: () => void) => {
    const task = { at: now + ms, every, run };
    tasks.add(task);
    return () => void tasks.delete(task);
  };
  return {
    now: () => now,
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(ms, ms, run),
    move: (ms) => {
      now += ms;
      for (const task of [...tasks]) {
        if (task.at > now || !tasks.has(task)) continue;
        if (task.every === null) tasks.delete(task);
        else task.at = now + task.every;
        task.run();
      }
    },
  };
};

/** A bus with one tenant's log; `fail` makes its next appends fail. */
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
    /** Gives the bus a history that the database does not know. */
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

/** Starts a relay between a database and a bus that can fail; `prepare` runs before the start. */
export const startRelayed = async (
  prepare: (db: Db, world: ReturnType<typeof createBus>) => Promise<void> = async () => {},
) => {
  const db = await newDatabase();
  const clock = handClock();
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
  /** Waits for a condition: a sweep reads the database before it relays anything. */
  const until = async (isSo: () => boolean) => {
    const deadline = performance.now() + WITHIN_MS;
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error("the condition did not become true");
      await new Promise((resolve) => setImmediate(resolve));
      await relay.idle();
    }
  };
  return { ...world, db, clock, relay, commit, until };
};

/** The numbers from 1 to `count`. */
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
