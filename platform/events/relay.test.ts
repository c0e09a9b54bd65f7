import { afterEach, describe, expect, test } from "bun:test";
import { newDatabase } from "../../tests/support/database.ts";
import type { Clock } from "../clock/clock.ts";
import type { Db } from "../db/db.ts";
import { silentLog } from "../log/log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import {
  type AppendOutcome,
  type Listener,
  type LogEntry,
  type PubSubProvider,
  REPAIR_CHANNEL,
  REPAIRED_CHANNEL,
} from "../pubsub/provider.ts";
import { appendEvents, createHead, lockHead } from "./append.ts";
import { readHead } from "./log.ts";
import { startRelay } from "./relay.ts";

/** How long something may take that the database has a part in, in milliseconds. */
const WITHIN_MS = 5_000;
const AT = "2026-01-31T09:30:00.000Z";
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

/** A bus with one tenant's log, which can be made to fail. */
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
    /** The bus belongs to a history that the database does not know. */
    beginAt: (later: string, seq: number) => {
      epoch = later;
      log.splice(0, log.length, { seq, payload: "" });
    },
    say: (channel: string, payload: string) => listeners.get(channel)?.(payload, channel),
    seqs: () => log.map((entry) => entry.seq),
  };
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const start = async (prepare: (db: Db, world: ReturnType<typeof createBus>) => Promise<void> = async () => {}) => {
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
  /** Gives what was started its turns; a sweep reads the database before it hands anything on. */
  const until = async (isSo: () => boolean) => {
    const deadline = performance.now() + WITHIN_MS;
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error("it did not come about");
      await new Promise((resolve) => setImmediate(resolve));
      await relay.idle();
    }
  };
  return { ...world, db, clock, relay, commit, until };
};

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("what was committed goes the short way, in order, in batches", async () => {
  const { relay, commit, seqs } = await start();
  for (let index = 0; index < 5; index += 1) relay.nudge("t", await commit(3));
  await relay.idle();
  expect(seqs()).toEqual(upTo(15));
});

test("what is told in another order than it was committed is handed on all the same", async () => {
  const { relay, commit, seqs } = await start();
  const [first, second, third, fourth] = [await commit(1), await commit(1), await commit(1), await commit(1)];
  for (const committed of [first, second, fourth, third]) relay.nudge("t", committed);
  await relay.idle();
  expect(seqs()).toEqual(upTo(4));
});

test("a bus that comes back with an older copy is given what it forgot, though nobody asks for it", async () => {
  const { relay, commit, seqs, log, reconnect, until } = await start();
  relay.nudge("t", await commit(3));
  await relay.idle();
  log.pop();
  reconnect();
  await until(() => seqs().length === 3);
  expect(seqs()).toEqual(upTo(3));
});

test.each([1, 0])("a bus that goes back without a word, to %i events, is given what it forgot", async (kept) => {
  const { relay, commit, seqs, log, clock, until } = await start();
  relay.nudge("t", await commit(3));
  await relay.idle();
  log.length = kept;
  clock.move(5_000);
  await until(() => seqs().length === 3);
  expect(seqs()).toEqual(upTo(3));
});

test("while the bus is away nothing is lost: it is tried again with backoff and read from the log", async () => {
  const { relay, commit, seqs, fail, clock } = await start();
  fail(2);
  relay.nudge("t", await commit(2));
  await relay.idle();
  relay.nudge("t", await commit(2));
  await relay.idle();
  expect(seqs()).toEqual([]);
  for (let index = 0; index < 5; index += 1) {
    clock.move(1_000);
    await relay.idle();
  }
  expect(seqs()).toEqual(upTo(4));
});

test("what another process committed and did not hand on is found by the sweep", async () => {
  const { commit, seqs, clock, until } = await start();
  await commit(4);
  clock.move(1_000);
  await until(() => seqs().length > 0);
  expect(seqs()).toEqual(upTo(4));
});

test("where the database is the bus's own log, what another process left is told of all the same", async () => {
  const { bus, commit, seqs, clock, until, db } = await start();
  Object.assign(bus, { name: "postgres", head: (tenantId: string) => readHead(db.read, tenantId) });
  await commit(4);
  clock.move(1_000);
  await until(() => seqs().length > 0);
  expect(seqs()).toEqual(upTo(4));
});

test("where the database is the bus's own log, what could not be told is told again", async () => {
  const { bus, relay, commit, seqs, clock, fail, db } = await start();
  Object.assign(bus, { name: "postgres", head: (tenantId: string) => readHead(db.read, tenantId) });
  fail(1);
  relay.nudge("t", await commit(2));
  await relay.idle();
  clock.move(1_000);
  await relay.idle();
  expect(seqs()).toEqual(upTo(2));
});

test("a hole before what was committed is filled from the log", async () => {
  const { relay, commit, seqs } = await start();
  await commit(3);
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(seqs()).toEqual(upTo(4));
});

test("a log that was trimmed meanwhile does not make the relay ask for ever", async () => {
  const { db, relay, commit, seqs } = await start();
  await commit(6);
  await db.write.deleteFrom("events").where("seq", "<=", 4).execute();
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(seqs()).toEqual([5, 6, 7]);
});

test("a node that asks gets the log published again and is told the database's head", async () => {
  const { commit, seqs, say, published, until } = await start();
  await commit(2);
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t" }));
  await until(() => published.length > 0);
  expect(seqs()).toEqual(upTo(2));
  expect(published).toEqual([[REPAIRED_CHANNEL, JSON.stringify({ tenantId: "t", head: { epoch: "e", seq: 2 } })]]);
});

test("a request for a team that does not exist is answered too", async () => {
  const { say, published, until } = await start();
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "nobody" }));
  await until(() => published.length > 0);
  expect(published).toEqual([[REPAIRED_CHANNEL, JSON.stringify({ tenantId: "nobody", head: null })]]);
});

const headOf = async (db: Awaited<ReturnType<typeof newDatabase>>) =>
  db.read.selectFrom("tenant_heads").select(["epoch", "seq"]).where("tenant_id", "=", "t").executeTakeFirst();

test("a bus that knows more than the database makes the history begin anew, without its old events", async () => {
  const { db, relay, commit, log, seqs, bus } = await start();
  relay.nudge("t", await commit(3));
  await relay.idle();
  // As after an older copy was put back.
  log.push({ seq: 4, payload: "lost" }, { seq: 5, payload: "lost" });
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 4 });
  expect(await bus.head("t")).toEqual({ epoch: "f", seq: 4 });
  relay.nudge("t", await commit(2));
  await relay.idle();
  expect(seqs()).toEqual([4, 5, 6]);
});

test("a database that went back has begun anew before the first change may be taken", async () => {
  const { db, relay } = await start(async (database, { log }) => {
    await database.change((tx) => createHead(tx, "t", "e", AT));
    log.push({ seq: 1, payload: "undone" });
  });
  await relay.compared;
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
});

test("a database from before its last new epoch begins another, whether it is noticed at the start or by a change", async () => {
  const early = await start(async (database, { beginAt }) => {
    await database.change((tx) => createHead(tx, "t", "e", AT));
    beginAt("ee", 7);
  });
  await early.relay.compared;
  expect(await headOf(early.db)).toEqual({ epoch: "f", seq: 0 });

  const late = await start();
  late.relay.nudge("t", await late.commit(3));
  await late.relay.idle();
  late.beginAt("ee", 2);
  late.relay.nudge("t", await late.commit(1));
  await late.relay.idle();
  expect(await headOf(late.db)).toEqual({ epoch: "f", seq: 4 });
  expect(await late.bus.head("t")).toEqual({ epoch: "f", seq: 4 });
});

test("a signed token that knows more than the database makes the history begin anew, whatever the bus has", async () => {
  const { db, relay, commit, seqs, say, published, log, until } = await start();
  relay.nudge("t", await commit(3));
  await relay.idle();
  log.length = 0;
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t", seen: { epoch: "e", seq: 5 } }));
  await until(() => published.length > 0);
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 3 });
  expect(published).toEqual([[REPAIRED_CHANNEL, JSON.stringify({ tenantId: "t", head: { epoch: "f", seq: 3 } })]]);
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(seqs()).toEqual([3, 4]);
});

test.each([
  { epoch: "e", seq: 3 },
  { epoch: "d", seq: 9 },
])("a token that knows no more than the database changes nothing", async (seen) => {
  const { db, commit, say, published, until } = await start();
  await commit(3);
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t", seen }));
  await until(() => published.length > 0);
  expect(await headOf(db)).toEqual({ epoch: "e", seq: 3 });
});

test("several who are told of the same token begin one history", async () => {
  const { db, commit, say, published, until } = await start();
  await commit(3);
  for (let time = 0; time < 3; time += 1) {
    say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t", seen: { epoch: "e", seq: 5 } }));
    const answers = published.length;
    await until(() => published.length > answers);
  }
  expect(published.map(([, answer]) => JSON.parse(answer).head)).toEqual(Array(3).fill({ epoch: "f", seq: 3 }));
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 3 });
});

const LONG_AGO = "2026-01-30T09:30:00.000Z";
const away = () => Promise.reject(new Error("away"));

describe("a database that went back while the bus was away at the start is found", () => {
  const startAway = async () => {
    let cameBack = () => {};
    const world = await start(async (database, { bus, log }) => {
      await database.change((tx) => createHead(tx, "t", "e", LONG_AGO));
      log.push({ seq: 1, payload: "undone" });
      const { head } = bus;
      bus.head = away;
      cameBack = () => {
        bus.head = head;
      };
    });
    await world.relay.compared;
    expect(await headOf(world.db)).toEqual({ epoch: "e", seq: 0 });
    cameBack();
    return world;
  };

  test("when it comes back", async () => {
    const { db, reconnect, log, until } = await startAway();
    reconnect();
    await until(() => log[0]?.seq !== 1);
    expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
  });

  test("by looking again", async () => {
    const { db, clock, log, until } = await startAway();
    clock.move(1_000);
    await until(() => log[0]?.seq !== 1);
    expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
  });

  test("though another bus, which reads the database, stood in for it", async () => {
    let inUse: PubSubProvider["name"] = "postgres";
    const { db, relay, reconnect, log, until } = await start(async (database, { bus, log: forgotten }) => {
      await database.change((tx) => createHead(tx, "t", "e", LONG_AGO));
      forgotten.push({ seq: 1, payload: "undone" });
      const { head } = bus;
      Object.defineProperty(bus, "name", { get: () => inUse });
      bus.head = (tenantId) => (inUse === "redis" ? head(tenantId) : readHead(database.read, tenantId));
    });
    await relay.compared;
    inUse = "redis";
    reconnect();
    await until(() => log[0]?.seq !== 1);
    expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
  });
});

test("a bus that does not answer holds up the start for a moment only", async () => {
  const { promise, resolve } = Promise.withResolvers<null>();
  const { clock, relay } = await start(async (database, { bus }) => {
    await database.change((tx) => createHead(tx, "t", "e", AT));
    bus.head = () => promise;
  });
  let isOver = false;
  void relay.compared.then(() => {
    isOver = true;
  });
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  clock.move(5_000);
  await relay.compared;
  expect(isOver).toBe(true);
  resolve(null);
});
