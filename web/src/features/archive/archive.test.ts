import { expect, test } from "bun:test";
import { BOARD_ID, idOf, message, TODO, task } from "../../../../client/sync/testing/things.ts";
import type { Task } from "../../../../shared/tasks.ts";
import { archiveOf, type Heard, hear, leaving, searchTasks } from "./archive.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];
const on = (day: number) => `2026-02-0${day}T00:00:00.000Z`;
const archived = (id: string, fields: Record<string, unknown> = {}) => task(id, { archivedAt: on(1), ...fields });
const nothing: Heard = new Map();
const HERE = { boardId: BOARD_ID, cuts: 0 };
const list = (parts: { read?: readonly Task[]; cuts?: number; heard?: Heard; leaving?: ReadonlySet<string> }) =>
  archiveOf({
    read: parts.read ?? [],
    cuts: parts.cuts ?? 0,
    heard: parts.heard ?? nothing,
    leaving: parts.leaving ?? new Set(),
    columnIds: new Set([TODO]),
  }).map(({ id }) => String(id));

test("what was archived last comes first", () => {
  expect(list({ read: [archived(ONE), archived(TWO, { archivedAt: on(2) })] })).toEqual([TWO, ONE]);
});

test("a read that began before an event does not undo it", () => {
  const restored = hear(nothing, message(11, "TASK_UPDATED", task(ONE, { version: 11 })), HERE);
  expect(list({ read: [archived(ONE)], heard: restored })).toEqual([]);
  const deleted = hear(nothing, message(11, "TASK_DELETED", archived(ONE)), HERE);
  expect(list({ read: [archived(ONE)], heard: deleted })).toEqual([]);
});

test("an event that a read is ahead of changes nothing", () => {
  const heard = hear(nothing, message(11, "TASK_UPDATED", task(ONE, { version: 11 })), HERE);
  expect(list({ read: [archived(ONE, { version: 12 })], heard })).toEqual([ONE]);
});

test("what was heard before the history was cut off stands until the board is read after it", () => {
  const heard = hear(nothing, message(11, "TASK_UPDATED", archived(ONE)), HERE);
  expect(list({ heard })).toEqual([ONE]);
  expect(list({ heard, cuts: 1 })).toEqual([]);
  const again = hear(heard, message(12, "TASK_UPDATED", archived(TWO)), { ...HERE, cuts: 1 });
  expect(list({ heard: again, cuts: 1 })).toEqual([TWO]);
});

test("a task archived meanwhile is listed, another board's is not", () => {
  const mine = hear(nothing, message(11, "TASK_UPDATED", archived(ONE)), HERE);
  expect(list({ heard: mine })).toEqual([ONE]);
  expect(hear(mine, message(12, "TASK_UPDATED", archived(TWO, { boardId: idOf(7) })), HERE)).toBe(mine);
});

test("what is on its way out and what went with its column are not listed", () => {
  const away = leaving([{ kind: "task.delete", boardId: BOARD_ID, id: ONE }]);
  expect(list({ read: [archived(ONE), archived(TWO, { columnId: idOf(99) })], leaving: away })).toEqual([]);
});

test("the search looks into titles and descriptions, whatever the case", () => {
  const tasks = [archived(ONE, { title: "Ёлка" }), archived(TWO, { description: "a NEEDLE here" })];
  expect(searchTasks(tasks, " ёлк").map(({ id }) => String(id))).toEqual([ONE]);
  expect(searchTasks(tasks, "needle").map(({ id }) => String(id))).toEqual([TWO]);
});
