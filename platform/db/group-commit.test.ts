import { afterEach, expect, spyOn, test } from "bun:test";
import { sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import { openSqlite } from "./sqlite.ts";

const open: Db[] = [];
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
});

/** A database with one table, and a spy on its transactions. */
const start = async () => {
  const db = openSqlite(":memory:");
  open.push(db);
  await sql`create table notes (text text primary key)`.execute(db.write);
  const transactions = spyOn(db.write, "transaction");
  const note = (text: string) => (tx: Tx) => sql`insert into notes values (${text})`.execute(tx);
  const notes = async () => {
    const { rows } = await sql<{ text: string }>`select text from notes order by rowid`.execute(db.write);
    return rows.map(({ text }) => text);
  };
  return { db, note, notes, transactions };
};

test("concurrent jobs share a transaction, in order", async () => {
  const { db, note, notes, transactions } = await start();
  const texts = Array.from({ length: 20 }, (_, index) => String(index));
  await Promise.all(texts.map((text) => db.change(note(text))));
  expect(await notes()).toEqual(texts);
  expect(transactions).toHaveBeenCalledTimes(1);
});

test("a failing job rolls back its own work and no other", async () => {
  const { db, note, notes } = await start();
  const outcomes = await Promise.allSettled([
    db.change(note("a")),
    db.change(async (tx) => {
      await note("half")(tx);
      throw new Error("it failed");
    }),
    db.change(note("a")),
    db.change(note("b")),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(await notes()).toEqual(["a", "b"]);
});

test("a failing job that is alone rolls back its work", async () => {
  const { db, note, notes } = await start();
  const failing = db.change(async (tx) => {
    await note("half")(tx);
    throw new Error("it failed");
  });
  await expect(failing).rejects.toThrow("it failed");
  expect(await notes()).toEqual([]);
});

test("no caller resolves when the commit fails", async () => {
  const { db, note } = await start();
  const outcomes = await Promise.allSettled([
    db.change(note("a")),
    // SQLite does the same when the disk is full.
    db.change((tx) => sql`rollback`.execute(tx)),
    db.change(note("b")),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
});

test("each job sees the work of earlier jobs, also in the same transaction", async () => {
  const { db, note } = await start();
  const count = async (tx: Tx) => (await sql`select * from notes`.execute(tx)).rows.length;
  const seen = await Promise.all([db.change(count), db.change(note("a")), db.change(count)]);
  expect([seen[0], seen[2]]).toEqual([0, 1]);
});

test("jobs beyond the limit of a transaction run in the next", async () => {
  const { db, note, notes, transactions } = await start();
  await Promise.all(Array.from({ length: 150 }, (_, index) => db.change(note(String(index)))));
  expect((await notes()).length).toBe(150);
  expect(transactions).toHaveBeenCalledTimes(3);
});
