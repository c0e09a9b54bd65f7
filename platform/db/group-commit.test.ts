import { afterEach, expect, spyOn, test } from "bun:test";
import { sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import { openSqlite } from "./sqlite.ts";

const open: Db[] = [];
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
});

/** A database with one table, and how many transactions there were. */
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

test("what comes at once shares a transaction, in its order", async () => {
  const { db, note, notes, transactions } = await start();
  const texts = Array.from({ length: 20 }, (_, index) => String(index));
  await Promise.all(texts.map((text) => db.change(note(text))));
  expect(await notes()).toEqual(texts);
  expect(transactions).toHaveBeenCalledTimes(1);
});

test("what fails takes back its own work and nothing of the others'", async () => {
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

test("what fails alone takes back its work", async () => {
  const { db, note, notes } = await start();
  const failing = db.change(async (tx) => {
    await note("half")(tx);
    throw new Error("it failed");
  });
  await expect(failing).rejects.toThrow("it failed");
  expect(await notes()).toEqual([]);
});

test("nobody is told of success when the commit fails", async () => {
  const { db, note } = await start();
  const outcomes = await Promise.allSettled([
    db.change(note("a")),
    // As SQLite itself does when the disk is full.
    db.change((tx) => sql`rollback`.execute(tx)),
    db.change(note("b")),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
});

test("each sees what came before it, also in the same transaction", async () => {
  const { db, note } = await start();
  const count = async (tx: Tx) => (await sql`select * from notes`.execute(tx)).rows.length;
  const seen = await Promise.all([db.change(count), db.change(note("a")), db.change(count)]);
  expect([seen[0], seen[2]]).toEqual([0, 1]);
});

test("more than fits into one transaction goes on in the next", async () => {
  const { db, note, notes, transactions } = await start();
  await Promise.all(Array.from({ length: 150 }, (_, index) => db.change(note(String(index)))));
  expect((await notes()).length).toBe(150);
  expect(transactions).toHaveBeenCalledTimes(3);
});
