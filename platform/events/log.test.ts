import { expect, test } from "bun:test";
import { newDatabase, newDatabaseUrl, openDatabase } from "../../tests/support/database.ts";
import type { Db } from "../db/db.ts";
import { appendEvents, createHead, lockHead } from "./append.ts";
import { createLogReader } from "./log.ts";
import { KEPT_EVENTS, trimOnce } from "./retention.ts";

const AT = "2026-01-31T09:30:00.000Z";
const team = { id: "t", name: "T", createdAt: AT, updatedAt: AT, version: 1 } as never;

const commit = (db: Db, count: number, at = AT) =>
  db.change(async (tx) => {
    const head = (await lockHead(db.dialect, tx, "t")) ?? (await createHead(tx, "t", "e", at));
    const events = Array.from({ length: count }, () => ({ action: "TEAM_UPDATED", data: team }) as const);
    return appendEvents(tx, head, { tenantId: "t", initiatorId: "u", at, mutationId: null }, events);
  });

test("seq grows by one over concurrent transactions, and a rollback leaves no gap", async () => {
  const db = await newDatabase();
  await commit(db, 1);
  const failing = db
    .change(async (tx) => {
      const head = await lockHead(db.dialect, tx, "t");
      if (head !== null)
        await appendEvents(tx, head, { tenantId: "t", initiatorId: "u", at: AT, mutationId: null }, [
          { action: "TEAM_UPDATED", data: team },
        ]);
      throw new Error("half-way");
    })
    .catch(() => null);
  await Promise.all([...Array.from({ length: 20 }, (_, index) => commit(db, (index % 3) + 1)), failing]);
  const history = await createLogReader(db).history("t", { epoch: "e", seq: 0 }, 1_000);
  if (history.kind !== "events") throw new Error(history.kind);
  expect(history.events.map((event) => event.seq)).toEqual(Array.from({ length: history.head.seq }, (_, i) => i + 1));
});

test("history says why it can't be had: another epoch, ahead, too many, unknown", async () => {
  const db = await newDatabase();
  await commit(db, 5);
  const reader = createLogReader(db);
  const why = async (since: { epoch: string; seq: number }, limit = 100, tenant = "t") => {
    const history = await reader.history(tenant, since, limit);
    return history.kind === "unreachable" ? history.reason : history.kind;
  };
  expect([
    await why({ epoch: "x", seq: 1 }),
    await why({ epoch: "e", seq: 6 }),
    await why({ epoch: "e", seq: 0 }, 4),
    await why({ epoch: "e", seq: 0 }, 100, "nobody"),
    await why({ epoch: "e", seq: 5 }),
  ]).toEqual(["epoch", "ahead", "too-many", "unknown", "events"]);
});

test("retention deletes events beyond its bounds, from the oldest on, and history says so", async () => {
  const db = await newDatabase();
  await commit(db, 10, "2026-01-01T00:00:00.000Z");
  await commit(db, KEPT_EVENTS + 5);
  await trimOnce(db, Date.parse(AT));
  const reader = createLogReader(db);
  const kept = await db.read
    .selectFrom("events")
    .select((select) => [select.fn.min("seq").as("min"), select.fn.countAll().as("count")])
    .executeTakeFirstOrThrow();
  expect([Number(kept.min), Number(kept.count)]).toEqual([16, KEPT_EVENTS]);
  expect(await reader.history("t", { epoch: "e", seq: 3 }, 100_000)).toMatchObject({ reason: "trimmed" });
  await trimOnce(db, Date.parse(AT) + 8 * 24 * 60 * 60_000);
  expect(await reader.history("t", { epoch: "e", seq: 3 }, 100_000)).toMatchObject({ reason: "trimmed" });
  expect(await reader.history("t", { epoch: "e", seq: KEPT_EVENTS + 15 }, 10)).toMatchObject({
    kind: "events",
    events: [],
  });
});

test("a database of a newer version is refused, and one of this version opens again", async () => {
  const url = await newDatabaseUrl();
  const first = await openDatabase(url);
  await first.migrate();
  await first.migrate();
  const table = first.write.withTables<{ kysely_migration: { name: string; timestamp: string } }>();
  await table.insertInto("kysely_migration").values({ name: "9999-future", timestamp: AT }).execute();
  await first.close();
  const second = await openDatabase(url);
  await expect(second.migrate()).rejects.toThrow("newer version");
  await second.close();
});
