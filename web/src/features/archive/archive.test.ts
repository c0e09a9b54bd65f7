import { expect, test } from "bun:test";
import { applyEvent } from "../../../../client/sync/apply-event.ts";
import { decodeEvent } from "../../../../client/sync/decode-event.ts";
import { applyMutation } from "../../../../client/sync/optimistic.ts";
import { createSnapshot, type Snapshot } from "../../../../client/sync/snapshot.ts";
import {
  BOARD_ID,
  changing,
  column,
  idOf,
  message,
  removing,
  SCHEMA,
  TEAM_ID,
  TODO,
  task,
  tasksOf,
} from "../../../../client/sync/testing/things.ts";
import type { Task } from "../../../../shared/tasks.ts";
import { archiveRef } from "../../entities/snapshots.ts";
import { newestFirst, searchTasks } from "./archive.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];
const on = (day: number) => `2026-02-0${day}T00:00:00.000Z`;
const archived = (id: string, fields: Record<string, unknown> = {}) => task(id, { archivedAt: on(1), ...fields });

const archive = (...tasks: Task[]): Snapshot =>
  createSnapshot(SCHEMA, {
    ...archiveRef(BOARD_ID, TEAM_ID),
    tenantId: TEAM_ID,
    position: { epoch: "e1", seq: 10 },
    generation: 0,
    etag: null,
    entities: { task: tasks },
  });
const list = (snapshot: Snapshot) => newestFirst(tasksOf(snapshot).values()).map(({ id }) => String(id));
const after = (snapshot: Snapshot, ...event: Parameters<typeof message>) =>
  applyEvent(SCHEMA, snapshot, decodeEvent(SCHEMA, message(...event)));

test("the task that was archived last comes first", () => {
  expect(list(archive(archived(ONE), archived(TWO, { archivedAt: on(2) })))).toEqual([TWO, ONE]);
});

test("a restored or deleted task leaves, a task archived meanwhile enters, another board's does not", () => {
  expect(list(after(archive(archived(ONE)), 11, "TASK_UPDATED", task(ONE, { version: 11 })))).toEqual([]);
  expect(list(after(archive(archived(ONE)), 11, "TASK_DELETED", archived(ONE)))).toEqual([]);
  expect(list(after(archive(), 11, "TASK_UPDATED", archived(ONE)))).toEqual([ONE]);
  expect(list(after(archive(), 11, "TASK_UPDATED", archived(TWO, { boardId: idOf(7) })))).toEqual([]);
});

test("a deleted column takes its archived tasks along", () => {
  expect(list(after(archive(archived(ONE)), 11, "COLUMN_DELETED", column(TODO)))).toEqual([]);
});

test("a task that a pending mutation restores or deletes is not listed", () => {
  for (const mutation of [removing(ONE), changing(ONE, { archived: false })])
    expect(list(applyMutation(SCHEMA, archive(archived(ONE), archived(TWO)), mutation))).toEqual([TWO]);
});

test("the search looks into titles and descriptions, whatever the case", () => {
  const tasks = [archived(ONE, { title: "Ёлка" }), archived(TWO, { description: "a NEEDLE here" })];
  expect(searchTasks(tasks, " ёлк").map(({ id }) => String(id))).toEqual([ONE]);
  expect(searchTasks(tasks, "needle").map(({ id }) => String(id))).toEqual([TWO]);
});
