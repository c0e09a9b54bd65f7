import { expect, test } from "bun:test";
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { fromRoot } from "../../scripts/paths.ts";
import { bareEnvironment, startChild } from "../../tests/support/child.ts";
import { newDatabaseUrl, openDatabase } from "../../tests/support/database.ts";
import { tenantsBehind } from "../events/cursors.ts";
import type { Db } from "./db.ts";
import { foundation } from "./migrations/0001-foundation.ts";

const AT = "2026-01-31T09:30:00.000Z";

/** Three teams as 0001 leaves them: relayed in full, in part, and not at all. */
const teams = [
  { id: "full", epoch: "e1", seq: 3, relayed: 3, oldest: 1 },
  { id: "half", epoch: "e2", seq: 12, relayed: 10, oldest: 9 },
  { id: "none", epoch: "e3", seq: 2, relayed: 0, oldest: 1 },
];

const startFromFoundation = async (): Promise<{ url: string; db: Db }> => {
  const url = await newDatabaseUrl();
  const db = await openDatabase(url);
  const provider = { getMigrations: async () => ({ "0001-foundation": { up: foundation(db.dialect) } }) };
  const { error } = await new Migrator({ db: db.write, provider }).migrateToLatest();
  expect(error).toBeUndefined();
  for (const { id, epoch, seq, relayed, oldest } of teams) {
    await sql`insert into tenant_heads (tenant_id, epoch, seq, relayed_seq, updated_at)
      values (${id}, ${epoch}, ${seq}, ${relayed}, ${AT})`.execute(db.write);
    for (let event = oldest; event <= seq; event += 1) {
      await sql`insert into events (tenant_id, seq, at, payload)
        values (${id}, ${event}, ${AT}, ${`${id} ${event}`})`.execute(db.write);
    }
  }
  return { url, db };
};

const eventsIn = (db: Db) =>
  db.read.selectFrom("events").select(["tenant_id", "seq", "payload"]).orderBy("tenant_id").orderBy("seq").execute();

const cursorsIn = (db: Db) =>
  db.read.selectFrom("consumer_cursors").selectAll().orderBy("consumer").orderBy("tenant_id").execute();

test("0002 carries each team's relayed_seq over into the relay's cursor, and leaves every event as it was", async () => {
  const { db } = await startFromFoundation();
  const before = await eventsIn(db);
  await db.migrate();
  expect(await eventsIn(db)).toEqual(before);
  expect(await cursorsIn(db)).toEqual(
    teams.map(({ id, epoch, relayed }) => ({ consumer: "relay", tenant_id: id, epoch, seq: relayed })),
  );
  expect(await db.read.selectFrom("consumers").select(["name", "held_at"]).execute()).toEqual([
    { name: "relay", held_at: null },
  ]);
  const heads = await db.read.selectFrom("tenant_heads").selectAll().orderBy("tenant_id").execute();
  expect(heads).toEqual(
    teams.map(({ id, epoch, seq }) => ({ tenant_id: id, epoch, seq, epoch_base: 0, updated_at: AT })),
  );
  const behind = await tenantsBehind(db.read, "relay", { since: "", before: "9999", limit: 10 });
  expect(behind.sort()).toEqual(["half", "none"]);
  await db.close();
});

test("a migration that breaks off leaves nothing behind and runs in full the next time", async () => {
  const { url, db } = await startFromFoundation();
  // The last step of 0002 fails on this column.
  await sql`alter table tenant_heads add column epoch_base integer`.execute(db.write);
  await expect(db.migrate()).rejects.toThrow("can't be migrated");
  await sql`alter table tenant_heads drop column epoch_base`.execute(db.write);
  const relayed = sql<{ relayed_seq: number }>`select relayed_seq from tenant_heads order by tenant_id`;
  expect((await relayed.execute(db.write)).rows.map((row) => row.relayed_seq)).toEqual([3, 10, 0]);
  await db.close();

  const again = await openDatabase(url);
  await again.migrate();
  expect((await cursorsIn(again)).map(({ seq }) => seq)).toEqual([3, 10, 0]);
  await again.close();
});

test("several processes that start at once migrate a database together", async () => {
  const { url, db } = await startFromFoundation();
  await db.close();
  const script = `
    const { loadConfig } = await import(${JSON.stringify(fromRoot("platform/config/config.ts"))});
    const { openDb } = await import(${JSON.stringify(fromRoot("platform/db/open-db.ts"))});
    const db = await openDb(loadConfig("all", { DATABASE_URL: ${JSON.stringify(url)} }).database);
    await db.migrate();
    await db.close();
    process.exit(0);`;
  const children = Array.from({ length: 3 }, () =>
    startChild([process.execPath, "-e", script], { env: bareEnvironment() }),
  );
  for (const child of children) expect([await child.exited, child.output()]).toEqual([0, ""]);
  const migrated = await openDatabase(url);
  expect((await cursorsIn(migrated)).map(({ seq }) => seq)).toEqual([3, 10, 0]);
  await migrated.close();
});
