import { afterEach, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { AT, startConsuming, stopConsuming } from "../../tests/support/consuming.ts";
import { upTo } from "../../tests/support/relayed.ts";
import type { Db } from "../db/db.ts";
import { heldConsumers, registerConsumer, unregisterConsumer } from "./cursors.ts";
import { readLag } from "./lag.ts";
import { startEpoch } from "./log.ts";
import { KEPT_DAYS, KEPT_EVENTS, trimOnce, UNTAKEN_DAYS, UNTAKEN_EVENTS } from "./retention.ts";

afterEach(stopConsuming);

const NOW = Date.parse(AT);
const DAY_MS = 24 * 60 * 60_000;
const after = (days: number) => NOW + days * DAY_MS + 1;

const keptIn = async (db: Db, tenantId = "t"): Promise<number[]> => {
  const rows = await db.read
    .selectFrom("events")
    .select("seq")
    .where("tenant_id", "=", tenantId)
    .orderBy("seq")
    .execute();
  return rows.map(({ seq }) => seq);
};

/** Fills a tenant's log with unreadable events, faster than by committing them. */
const fill = async (db: Db, count: number): Promise<void> => {
  await sql`insert into tenant_heads (tenant_id, epoch, seq, updated_at) values ('t', 'e', ${count}, ${AT})`.execute(
    db.write,
  );
  await sql`
    with recursive numbers (seq) as (select 1 union all select seq + 1 from numbers where seq < cast(${count} as integer))
    insert into events (tenant_id, seq, at, payload) select 't', seq, ${AT}, '{}' from numbers`.execute(db.write);
};

describe("retention, while a consumer is slow,", () => {
  test("keeps events older than clients need until the consumer has taken them", async () => {
    const { db, commit, start, effects } = await startConsuming();
    await commit("t", 5);
    const slow = await start("slow");
    const quick = await start("quick");
    quick.nudge("t");
    await quick.idle();
    await trimOnce(db, after(KEPT_DAYS));
    expect(await keptIn(db)).toEqual(upTo(5));
    expect(await heldConsumers(db.read)).toEqual([]);
    slow.nudge("t");
    await slow.idle();
    expect(await effects("slow")).toEqual(upTo(5));
    await trimOnce(db, after(KEPT_DAYS));
    expect(await keptIn(db)).toEqual([]);
  });

  test("keeps more events than clients need, from the consumer's cursor on", async () => {
    const { db } = await startConsuming();
    await fill(db, KEPT_EVENTS + 50);
    await registerConsumer(db, "slow", "beginning", AT);
    await db.write.updateTable("consumer_cursors").set({ seq: 20 }).execute();
    await trimOnce(db, NOW);
    expect((await keptIn(db))[0]).toBe(21);
    await unregisterConsumer(db, "slow");
    await trimOnce(db, NOW);
    expect(await keptIn(db)).toHaveLength(KEPT_EVENTS);
  });

  test("keeps the log of a tenant in which the consumer has no cursor", async () => {
    const { db, commit, start } = await startConsuming();
    await start("slow");
    await commit("t", 3);
    await trimOnce(db, after(KEPT_DAYS));
    expect(await keptIn(db)).toEqual(upTo(3));
  });

  test.each([
    ["30 days", 5, after(UNTAKEN_DAYS)],
    ["100,000 events", UNTAKEN_EVENTS + 5, NOW],
  ])("keeps them up to %s; beyond, the consumer is held until it goes on", async (_, events, now) => {
    const { db } = await startConsuming();
    const deleted = 5;
    await fill(db, events);
    await registerConsumer(db, "slow", "beginning", AT);
    await registerConsumer(db, "quick", "head", AT);
    await trimOnce(db, now);
    expect((await keptIn(db))[0] ?? deleted + 1).toBe(deleted + 1);
    const since = new Date(now).toISOString();
    expect(await heldConsumers(db.read)).toEqual([{ name: "slow", since }]);
    await trimOnce(db, now + 1);
    expect(await heldConsumers(db.read)).toEqual([{ name: "slow", since }]);
    await db.write.updateTable("consumer_cursors").set({ seq: deleted }).where("consumer", "=", "slow").execute();
    await trimOnce(db, now + 2);
    expect(await heldConsumers(db.read)).toEqual([]);
  });
});

describe("a consumer whose events were deleted", () => {
  const startHeld = async () => {
    const world = await startConsuming();
    const slow = await world.start("slow");
    await slow.stop();
    await world.commit("t", 4);
    await world.commit("t", 2, new Date(after(UNTAKEN_DAYS)).toISOString());
    await trimOnce(world.db, after(UNTAKEN_DAYS));
    return world;
  };

  test("goes on with the oldest kept one and counts the missed ones", async () => {
    const { start, effects, cursor, metrics, count } = await startHeld();
    const consumer = await start("slow");
    consumer.nudge("t");
    await consumer.idle();
    expect(await effects("slow")).toEqual([5, 6]);
    expect(await count(metrics.consumerMissed)).toBe(4);
    expect(await cursor("slow")).toEqual({ epoch: "e", seq: 6 });
  });

  test("runs its rebuild in place of them and goes on from the head", async () => {
    const { start, commit, effects, cursor } = await startHeld();
    const rebuilt: string[] = [];
    const consumer = await start("slow", { rebuild: async (_, tenantId) => void rebuilt.push(tenantId) });
    consumer.nudge("t");
    await consumer.idle();
    expect([rebuilt, await effects("slow"), await cursor("slow")]).toEqual([["t"], [], { epoch: "e", seq: 6 }]);
    await commit("t", 1);
    consumer.nudge("t");
    await consumer.idle();
    expect([rebuilt, await effects("slow")]).toEqual([["t"], [7]]);
  });

  test("goes on although no event is kept", async () => {
    const { db, start, commit, effects, cursor, metrics, count } = await startHeld();
    await db.write.deleteFrom("events").execute();
    const consumer = await start("slow");
    consumer.nudge("t");
    await consumer.idle();
    expect([await cursor("slow"), await count(metrics.consumerMissed)]).toEqual([{ epoch: "e", seq: 6 }, 6]);
    await commit("t", 1);
    consumer.nudge("t");
    await consumer.idle();
    expect(await effects("slow")).toEqual([7]);
  });
});

test("retention deletes the events of an earlier epoch as soon as every consumer has taken them", async () => {
  const { db, commit, start } = await startConsuming();
  await commit("t", 3);
  const consumer = await start("search");
  await startEpoch(db, "t", { seen: { epoch: "e", seq: 9 }, epoch: "f", at: AT });
  await commit("t", 1);
  await trimOnce(db, NOW);
  expect(await keptIn(db)).toEqual(upTo(4));
  consumer.nudge("t");
  await consumer.idle();
  await trimOnce(db, NOW);
  expect(await keptIn(db)).toEqual([4]);
});

test("the lag of a consumer counts the events of all tenants that it has not taken", async () => {
  const { db, commit, start } = await startConsuming();
  expect(await readLag(db.read)).toEqual([]);
  await commit("t", 3);
  const consumer = await start("search");
  expect(await readLag(db.read)).toEqual([{ consumer: "search", events: 3 }]);
  consumer.nudge("t");
  await consumer.idle();
  await commit("u", 2);
  await start("later", { from: "head" });
  await commit("t", 1);
  const lag = await readLag(db.read);
  expect(lag.sort((a, b) => a.consumer.localeCompare(b.consumer))).toEqual([
    { consumer: "later", events: 1 },
    { consumer: "search", events: 3 },
  ]);
});
