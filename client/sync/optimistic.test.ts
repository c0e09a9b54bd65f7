import { expect, test } from "bun:test";
import { boardIdSchema, columnIdSchema, labelIdSchema, taskIdSchema } from "../../shared/ids.ts";
import { applyEvent } from "./apply-event.ts";
import type { Intent } from "./mutations.ts";
import { mustFollow, touchesOf } from "./mutations.ts";
import { overlayBoard, overlayBoards } from "./optimistic.ts";
import type { BoardState } from "./snapshots.ts";
import { taskIn, tasksIn } from "./task-table.ts";
import {
  BOARD_ID,
  boardState,
  DOING,
  idOf,
  message,
  renaming,
  TEAM_ID,
  TODO,
  task,
  USER_ID,
} from "./testing/things.ts";

const AT = "2026-01-01T00:00:00.000Z";
const ONE = idOf(101);
const TWO = idOf(102);
const THREE = idOf(103);
const todo = columnIdSchema.parse(TODO);
const doing = columnIdSchema.parse(DOING);

const move = (id: string, columnId: typeof todo, beforeId?: string): Intent => ({
  kind: "task.move",
  boardId: BOARD_ID,
  id,
  move: { columnId, beforeId: beforeId === undefined ? null : taskIdSchema.parse(beforeId) },
});
const create = (id: string, title: string): Intent => ({
  kind: "task.create",
  boardId: BOARD_ID,
  input: { id: taskIdSchema.parse(id), columnId: todo, title },
  by: USER_ID,
  at: AT,
});
const show = (state: BoardState, ...intents: Intent[]): BoardState => intents.reduce(overlayBoard, state);
const ids = (state: BoardState, columnId: string) => tasksIn(state.tasks, columnId).map(({ id }) => String(id));
const three = () => boardState([task(ONE, { rank: "a0" }), task(TWO, { rank: "a1" }), task(THREE, { rank: "a2" })]);

test("C3 a rename on its way over another's move keeps both", () => {
  const confirmed = applyEvent(three(), message(11, "TASK_MOVED", task(ONE, { columnId: DOING })));
  if (confirmed.kind !== "board") throw new Error("not a board");
  expect(taskIn(show(confirmed, renaming(ONE, "Mine")).tasks, ONE)).toMatchObject({ title: "Mine", columnId: DOING });
});

test("a move goes before the neighbour that was asked for, wherever that stands by now", () => {
  expect(ids(show(three(), move(THREE, todo, TWO)), TODO)).toEqual([ONE, THREE, TWO]);
  const moved = applyEvent(three(), message(11, "TASK_MOVED", task(TWO, { rank: "Zz" })));
  if (moved.kind !== "board") throw new Error("not a board");
  expect(ids(show(moved, move(THREE, todo, TWO)), TODO)).toEqual([THREE, TWO, ONE]);
});

test("a move whose neighbour is gone goes to the end; one into a column that is gone shows nothing", () => {
  expect(ids(show(three(), move(ONE, doing, idOf(999))), DOING)).toEqual([ONE]);
  const state = three();
  expect(show(state, move(ONE, columnIdSchema.parse(idOf(99))))).toBe(state);
});

test("what a change was about may be gone: then it shows nothing and brings nothing back", () => {
  const state = boardState();
  expect(show(state, renaming(ONE, "Mine"), move(ONE, doing))).toBe(state);
});

test("changes to what is only on its way show in their order", () => {
  const state = show(three(), create(idOf(104), "New"), renaming(idOf(104), "Newer"), move(idOf(104), todo, ONE));
  expect(ids(state, TODO)[0]).toBe(idOf(104));
  expect(taskIn(state.tasks, idOf(104))?.title).toBe("Newer");
});

test("a creation that the confirmed state holds already is not shown over it", () => {
  const state = boardState([task(ONE, { title: "Confirmed" })]);
  expect(show(state, create(ONE, "Mine"))).toBe(state);
});

test("sets change by what is added and removed", () => {
  const [red, blue] = [labelIdSchema.parse(idOf(21)), labelIdSchema.parse(idOf(22))];
  const state = boardState([task(ONE, { labelIds: [red] })]);
  const change = { addLabelIds: [blue], removeLabelIds: [red] };
  const shown = show(state, { kind: "task.update", boardId: BOARD_ID, id: ONE, change, at: AT, ifVersion: null });
  expect(taskIn(shown.tasks, ONE)?.labelIds).toEqual([blue]);
});

test("an archived task and a deleted column leave the view", () => {
  const archive = {
    kind: "task.update",
    boardId: BOARD_ID,
    id: ONE,
    change: { archived: true },
    at: AT,
    ifVersion: null,
  } as const;
  expect(ids(show(three(), archive), TODO)).toEqual([TWO, THREE]);
  expect(show(three(), { kind: "column.delete", boardId: BOARD_ID, id: TODO }).tasks.byId.size).toBe(0);
});

test("another board's changes show nothing here", () => {
  const state = three();
  expect(show(state, { ...renaming(ONE, "Mine"), boardId: idOf(9) })).toBe(state);
});

test("a new board stands at the end of the list", () => {
  const { position } = boardState();
  const list = { kind: "boards", teamId: TEAM_ID, position, begun: 0, unreadFrom: null, items: new Map() } as const;
  const boardId = boardIdSchema.parse(idOf(50));
  const shown = overlayBoards(list, { kind: "board.create", boardId, teamId: TEAM_ID, name: "New", at: AT });
  expect(shown.items.get(boardId)?.name).toBe("New");
});

test("what depends on an earlier change follows it, what does not goes beside it", () => {
  const follows = (earlier: Intent, later: Intent) => mustFollow(touchesOf(earlier), touchesOf(later));
  expect(follows(create(ONE, "New"), renaming(ONE, "Newer"))).toBe(true);
  expect(follows(create(ONE, "New"), create(TWO, "Next"))).toBe(true);
  expect(follows(create(ONE, "New"), move(TWO, doing, ONE))).toBe(true);
  expect(follows(renaming(ONE, "A"), renaming(TWO, "B"))).toBe(false);
  expect(follows(move(ONE, todo), move(TWO, doing))).toBe(false);
  expect(follows(renaming(ONE, "A"), { kind: "board.delete", boardId: BOARD_ID })).toBe(true);
});

test("an archived task that is restored shows at once, unless its column is gone", () => {
  const archived = task(ONE, { archivedAt: AT });
  const restore: Intent = { ...renaming(ONE, ""), change: { archived: false }, archived };
  const shown = show(boardState(), restore);
  expect(taskIn(shown.tasks, ONE)?.archivedAt).toBeNull();
  const away: Intent = { ...restore, archived: task(ONE, { archivedAt: AT, columnId: idOf(99) }) };
  expect(taskIn(show(boardState(), away).tasks, ONE)).toBeUndefined();
});
