import { expect, test } from "bun:test";
import { sql } from "kysely";
import { z } from "zod";
import type { Db } from "../../platform/db/db.ts";
import { openSqlite } from "../../platform/db/sqlite.ts";
import { own } from "../../tests/support/lifetime.ts";
import { entityTable } from "./table.ts";

const noteSchema = z.object({
  id: z.string(),
  boardId: z.string(),
  text: z.string(),
  tags: z.array(z.string()),
  rank: z.string(),
  version: z.int(),
});
type Note = z.infer<typeof noteSchema>;
const order = { within: "board", key: "boardId" } as const;
const notes = entityTable({ plural: "sticky-notes", schema: noteSchema, order }, { folded: ["text"] });

const note = (id: string, fields: Partial<Note> = {}): Note => ({
  id,
  boardId: "b",
  text: "Straße",
  tags: [],
  rank: id,
  version: 1,
  ...fields,
});

const openNotes = async (...rows: readonly Note[]): Promise<Db> => {
  const db = openSqlite(":memory:");
  own(() => db.close());
  await sql`create table sticky_notes (
    id text, board_id text, text text, text_folded text, tags text, rank text, version integer)`.execute(db.write);
  await db.change((tx) => notes.insert(tx, rows));
  return db;
};

test("a row comes back as it was written, with the schema's fields alone", async () => {
  const row = note("a", { tags: ["x", 'y"'] });
  const db = await openNotes(row, note("b"));
  expect(await notes.find(db.write, "a")).toEqual(row);
  expect(Object.keys((await notes.find(db.write, "a")) ?? {})).toEqual(Object.keys(noteSchema.shape));
  expect(await notes.find(db.write, "b")).toEqual(note("b"));
  expect(await notes.find(db.write, "c")).toBeNull();
});

test("a folded copy follows its field", async () => {
  const db = await openNotes(note("a"));
  const folded = async () =>
    (await sql<{ text_folded: string }>`select text_folded from sticky_notes`.execute(db.write)).rows[0]?.text_folded;
  expect(await folded()).toBe("strasse");
  await notes.update(db.write, note("a", { text: "ÉTÉ" }));
  expect(await folded()).toBe("été");
});

test("an update and a removal touch one row", async () => {
  const db = await openNotes(note("a"), note("b"));
  await notes.update(db.write, note("a", { text: "new", version: 2 }));
  await notes.remove(db.write, "b");
  expect(await notes.list(db.write, { where: { boardId: "b" } })).toEqual([note("a", { text: "new", version: 2 })]);
});

test("a list is in the order of rank and id, and goes on behind a cursor", async () => {
  const rows = [note("c", { rank: "a" }), note("a", { rank: "b" }), note("b", { rank: "b" })];
  const db = await openNotes(...rows, note("other", { boardId: "other" }));
  const ids = async (after: readonly string[] | null) =>
    (await notes.list(db.write, { where: { boardId: "b" }, range: { after, limit: 1 } })).map(({ id }) => id);
  expect(await ids(null)).toEqual(["c", "a"]);
  expect(await ids(["b", "a"])).toEqual(["b"]);
});

test("conditions narrow a list further", async () => {
  const db = await openNotes(note("a", { version: 1 }), note("b", { version: 2 }));
  const found = await notes.list(db.write, { where: { boardId: "b" }, and: [sql`version > 1`] });
  expect(found.map(({ id }) => id)).toEqual(["b"]);
});

test("hundreds of rows are inserted at once, and none is no query", async () => {
  const rows = Array.from({ length: 250 }, (_, index) => note(String(index).padStart(3, "0")));
  const db = await openNotes(...rows);
  expect((await notes.list(db.write, { where: { boardId: "b" } })).length).toBe(250);
  await notes.insert(db.write, []);
});
