import { expect, test } from "bun:test";
import { sql } from "kysely";
import type { Db, Tx } from "../../platform/db/db.ts";
import { appendEvents, createHead, lockHead } from "../../platform/events/append.ts";
import { startConsumer } from "../../platform/events/consumer.ts";
import { startEpoch } from "../../platform/events/log.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import { createPostgresLogReader } from "../../platform/pubsub/postgres-log.ts";
import { fromRoot } from "../../scripts/paths.ts";
import { bareEnvironment, startChild } from "../support/child.ts";
import { newDatabaseUrl, openDatabase } from "../support/database.ts";
import { handClock } from "../support/hand-clock.ts";
import { upTo } from "../support/relayed.ts";
import { startPostgres } from "../support/services.ts";

const AT = "2026-01-31T09:30:00.000Z";
const postgres = await startPostgres();

const commit = (db: Db, count: number) =>
  db.change(async (tx) => {
    const head = (await lockHead(db.dialect, tx, "t")) ?? (await createHead(tx, "t", "e", AT));
    const team = { id: "t", name: "T", createdAt: AT, updatedAt: AT, version: 1 } as never;
    const events = Array.from({ length: count }, () => ({ action: "TEAM_UPDATED", data: team }) as const);
    await appendEvents(tx, head, { tenantId: "t", initiatorId: "u", at: AT, mutationId: null }, events);
  });

const prepare = async (url: string): Promise<Db> => {
  const db = await openDatabase(url);
  await db.migrate();
  await sql`create table effects (seq integer not null)`.execute(db.write);
  await commit(db, 7);
  return db;
};

const effect = (tx: Tx, seq: number) => sql`insert into effects (seq) values (${seq})`.execute(tx);

const effectsIn = async (db: Db): Promise<number[]> => {
  const { rows } = await sql<{ seq: number }>`select seq from effects order by seq`.execute(db.read);
  return rows.map(({ seq }) => seq);
};

/** A process that takes events one at a time, and is killed after the effect of the fifth when `dies`. */
const runProcess = (url: string, dies: boolean) => {
  const from = (path: string) => JSON.stringify(fromRoot(path));
  const script = `
    const { sql } = await import("kysely");
    const { loadConfig } = await import(${from("platform/config/config.ts")});
    const { systemClock } = await import(${from("platform/clock/clock.ts")});
    const { openDb } = await import(${from("platform/db/open-db.ts")});
    const { startConsumer } = await import(${from("platform/events/consumer.ts")});
    const { silentLog } = await import(${from("platform/log/log.ts")});
    const { createMetrics } = await import(${from("platform/metrics/metrics.ts")});
    const db = await openDb(loadConfig("all", { DATABASE_URL: ${JSON.stringify(url)} }).database);
    const deps = { db, clock: systemClock, log: silentLog, metrics: createMetrics(), random: Math.random };
    const consumer = await startConsumer(deps, "search", async (tx, { seq }) => {
      await sql\`insert into effects (seq) values (\${seq})\`.execute(tx);
      if (${dies} && seq === 5) process.kill(process.pid, "SIGKILL");
      // Longer than a batch may take, so that each event is in a transaction of its own.
      await Bun.sleep(15);
    });
    consumer.nudge("t");
    await consumer.idle();
    await consumer.stop();
    await db.close();
    process.exit(0);`;
  return startChild([process.execPath, "-e", script], { cwd: fromRoot(), env: bareEnvironment() });
};

test.each([
  ["SQLite", newDatabaseUrl],
  ["Postgres", postgres.createDatabase],
])(
  "a process killed between an effect and its commit leaves neither, and the next one takes the event, on %s",
  async (_, create) => {
    const url = await create();
    const db = await prepare(url);
    const dying = runProcess(url, true);
    await dying.exited;
    expect(dying.output()).toBe("");
    expect(await effectsIn(db)).toEqual(upTo(4));
    const next = runProcess(url, false);
    expect([await next.exited, next.output()]).toEqual([0, ""]);
    expect(await effectsIn(db)).toEqual(upTo(7));
    await db.close();
  },
);

test("a consumer skips a tenant whose cursor another process has locked", async () => {
  const url = await postgres.createDatabase();
  const db = await prepare(url);
  const deps = { db, clock: handClock(Date.parse(AT)), log: silentLog, metrics: createMetrics(), random: () => 1 };
  const [isTaking, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = await startConsumer(deps, "search", async (tx, { seq }) => {
    isTaking.resolve();
    await mayGoOn.promise;
    await effect(tx, seq);
  });
  const second = await startConsumer(deps, "search", () => Promise.reject(new Error("the first one has it")));
  first.nudge("t");
  await isTaking.promise;
  second.nudge("t");
  await second.idle();
  mayGoOn.resolve();
  await first.idle();
  expect(await effectsIn(db)).toEqual(upTo(7));
  expect((await deps.metrics.consumerFailures.get()).values).toEqual([]);
  await Promise.all([first.stop(), second.stop()]);
  await db.close();
});

test("a process that only reads the log of Postgres gets no event of an earlier epoch", async () => {
  const url = await postgres.createDatabase();
  const db = await prepare(url);
  await startEpoch(db, "t", { seen: { epoch: "e", seq: 100 }, epoch: "f", at: AT });
  await commit(db, 2);
  const reader = createPostgresLogReader(url, silentLog);
  expect(await reader.head("t")).toEqual({ epoch: "f", seq: 9 });
  expect(await reader.history("t", { epoch: "f", seq: 7 }, 100)).toMatchObject({ events: [{ seq: 8 }, { seq: 9 }] });
  expect(await reader.history("t", { epoch: "f", seq: 2 }, 100)).toMatchObject({ reason: "trimmed" });
  await db.close();
});
