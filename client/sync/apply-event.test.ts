import { expect, test } from "bun:test";
import { applyEvent } from "./apply-event.ts";
import { decodeEvent } from "./decode-event.ts";
import { hasEntity, type Snapshot } from "./snapshot.ts";
import {
  BOARD_ID,
  board,
  boardState,
  column,
  columnsOf,
  DOING,
  idOf,
  label,
  labelsOf,
  member,
  message,
  SCHEMA,
  TEAM_ID,
  TODO,
  task,
  taskIn,
  tasksIn,
  tasksOf,
  USER_ID,
} from "./testing/things.ts";

const ONE = idOf(101);
const TWO = idOf(102);

const apply = (snapshot: Snapshot, ...events: Parameters<typeof message>[]): Snapshot =>
  events.reduce((next, event) => applyEvent(SCHEMA, next, decodeEvent(SCHEMA, message(...event))), snapshot);

test("an event that the state holds already changes nothing", () => {
  const state = boardState([task(ONE)]);
  expect(apply(state, [10, "TASK_DELETED", task(ONE)])).toBe(state);
  expect(apply(state, [11, "TASK_DELETED", task(ONE), { epoch: "e2" }])).toBe(state);
});

test("a task moves between columns by its rank, and only their lists are new", () => {
  const state = boardState([
    task(ONE, { rank: "a0" }),
    task(TWO, { rank: "a1" }),
    task(idOf(103), { columnId: DOING }),
  ]);
  const moved = apply(state, [11, "TASK_MOVED", task(ONE, { rank: "a2" })]);
  expect(tasksIn(moved, TODO).map(({ id }) => String(id))).toEqual([TWO, ONE]);
  expect(tasksIn(moved, DOING)).toBe(tasksIn(state, DOING));
  expect(moved.position.seq).toBe(11);
});

test("a task leaves by archiving, comes back by its return, and a task never seen can enter", () => {
  const state = boardState([task(ONE)]);
  const archived = apply(state, [11, "TASK_UPDATED", task(ONE, { archivedAt: "2026-01-02T00:00:00.000Z" })]);
  expect(taskIn(archived, ONE)).toBeUndefined();
  expect(taskIn(apply(archived, [12, "TASK_UPDATED", task(ONE)]), ONE)?.title).toBe("Task");
  expect(taskIn(apply(state, [11, "TASK_UPDATED", task(TWO)]), TWO)?.title).toBe("Task");
});

test("a task that went to another board is gone from this one", () => {
  const state = boardState([task(ONE)]);
  expect(tasksOf(apply(state, [11, "TASK_MOVED", task(ONE, { boardId: idOf(9) })])).size).toBe(0);
});

test("a deleted column takes its tasks along, a deleted board everything", () => {
  const state = boardState([task(ONE), task(TWO, { columnId: DOING })]);
  const without = apply(state, [11, "COLUMN_DELETED", column(TODO)]);
  expect(columnsOf(without).map(({ id }) => String(id))).toEqual([DOING]);
  expect(tasksOf(without).size).toBe(1);
  const gone = apply(state, [11, "BOARD_DELETED", board()]);
  expect(gone.isDeleted).toBe(true);
  expect(tasksOf(gone).size).toBe(0);
});

test("labels and members come and go; another board's are nothing of this one", () => {
  const state = boardState();
  const labelled = apply(state, [11, "LABEL_CREATED", label(ONE)], [12, "MEMBER_DELETED", member(USER_ID)]);
  expect(labelsOf(labelled).map(({ id }) => String(id))).toEqual([ONE]);
  expect(hasEntity(labelled, "member", USER_ID)).toBe(false);
  expect(apply(state, [11, "LABEL_CREATED", label(ONE, { boardId: idOf(9) })])).toBe(state);
  expect(apply(state, [11, "BOARD_UPDATED", board({ id: idOf(9), name: "Other" })])).toBe(state);
});

test("an import and an event that can't be read leave the state to be read again", () => {
  expect(apply(boardState(), [11, "BOARD_IMPORTED", board()]).incompleteSince).toBe(11);
  expect(apply(boardState(), [11, "TASK_UPDATED", { id: BOARD_ID }]).incompleteSince).toBe(11);
  expect(apply(boardState(), [11, "LATER_ACTION", {}]).incompleteSince).toBeNull();
});

test("an unknown action of a known entity leaves the snapshots that hold such entities to be read again", () => {
  expect(apply(boardState(), [11, "TASK_FOLDED", task(ONE)]).incompleteSince).toBe(11);
  const boards = { ...boardState(), kind: "boards", scopeId: TEAM_ID };
  expect(apply(boards, [11, "TASK_FOLDED", task(ONE)])).toBe(boards);
});
