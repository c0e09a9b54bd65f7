import { expect, test } from "bun:test";
import { boards } from "../../shared/boards.ts";
import { applyEvent } from "./apply-event.ts";
import { decodeEvent } from "./decode-event.ts";
import { dependenciesOf, dependsOn, type Mutation } from "./mutation.ts";
import { applyMutation } from "./optimistic.ts";
import { createSnapshot, entitiesIn, type Snapshot } from "./snapshot.ts";
import {
  AT,
  BOARD_ID,
  boardState,
  changing,
  creating,
  DOING,
  idOf,
  message,
  moving,
  removing,
  removingColumn,
  renaming,
  SCHEMA,
  TEAM_ID,
  TODO,
  task,
  taskIn,
  tasksIn,
  tasksOf,
} from "./testing/things.ts";

const ONE = idOf(101);
const TWO = idOf(102);
const THREE = idOf(103);

const show = (snapshot: Snapshot, ...mutations: Mutation[]): Snapshot =>
  mutations.reduce((next, mutation) => applyMutation(SCHEMA, next, mutation), snapshot);
const after = (snapshot: Snapshot, ...event: Parameters<typeof message>) =>
  applyEvent(SCHEMA, snapshot, decodeEvent(SCHEMA, message(...event)));
const ids = (snapshot: Snapshot, columnId: string) => tasksIn(snapshot, columnId).map(({ id }) => String(id));
const three = () => boardState([task(ONE, { rank: "a0" }), task(TWO, { rank: "a1" }), task(THREE, { rank: "a2" })]);

test("C3 a rename on its way over another's move keeps both", () => {
  const confirmed = after(three(), 11, "TASK_MOVED", task(ONE, { columnId: DOING }));
  expect(taskIn(show(confirmed, renaming(ONE, "Mine")), ONE)).toMatchObject({ title: "Mine", columnId: DOING });
});

test("a move goes before the neighbour that was asked for, wherever that stands by now", () => {
  expect(ids(show(three(), moving(THREE, TODO, TWO)), TODO)).toEqual([ONE, THREE, TWO]);
  const moved = after(three(), 11, "TASK_MOVED", task(TWO, { rank: "Zz" }));
  expect(ids(show(moved, moving(THREE, TODO, TWO)), TODO)).toEqual([THREE, TWO, ONE]);
});

test("a move whose neighbour is gone goes to the end; one into a column that is gone shows nothing", () => {
  expect(ids(show(three(), moving(ONE, DOING, idOf(999))), DOING)).toEqual([ONE]);
  const state = three();
  expect(show(state, moving(ONE, idOf(99)))).toBe(state);
});

test("what a change was about may be gone: then it shows nothing and brings nothing back", () => {
  const state = boardState();
  expect(show(state, renaming(ONE, "Mine"), moving(ONE, DOING))).toBe(state);
});

test("changes to what is only on its way show in their order", () => {
  const state = show(three(), creating(idOf(104), "New"), renaming(idOf(104), "Newer"), moving(idOf(104), TODO, ONE));
  expect(ids(state, TODO)[0]).toBe(idOf(104));
  expect(taskIn(state, idOf(104))?.title).toBe("Newer");
});

test("a creation that the confirmed state holds already is not shown over it", () => {
  const state = boardState([task(ONE, { title: "Confirmed" })]);
  expect(show(state, creating(ONE, "Mine"))).toBe(state);
});

test("sets change by what is added and removed", () => {
  const [red, blue] = [idOf(21), idOf(22)];
  const state = boardState([task(ONE, { labelIds: [red] })]);
  const shown = show(state, changing(ONE, { addLabelIds: [blue], removeLabelIds: [red] }));
  expect(taskIn(shown, ONE)?.labelIds.map(String)).toEqual([blue]);
});

test("an archived task and a deleted column leave the view", () => {
  expect(ids(show(three(), changing(ONE, { archived: true })), TODO)).toEqual([TWO, THREE]);
  expect(tasksOf(show(three(), removingColumn(TODO))).size).toBe(0);
});

test("another board's changes show nothing here", () => {
  const state = three();
  expect(show(state, { ...renaming(ONE, "Mine"), scope: { team: TEAM_ID, board: idOf(9) } })).toBe(state);
});

test("a new board stands at the end of the list", () => {
  const { position } = boardState();
  const read = { position, generation: 0, etag: null, tenantId: TEAM_ID };
  const list = createSnapshot(SCHEMA, { kind: "boards", scopeId: TEAM_ID, ...read, entities: { board: [] } });
  const id = idOf(50);
  const shown = show(list, {
    entity: "board",
    op: "create",
    id,
    scope: { team: TEAM_ID },
    input: { name: "New" },
    by: null,
    at: AT,
  });
  expect(entitiesIn(shown, boards).group(TEAM_ID)).toMatchObject([{ id, name: "New", version: 0 }]);
});

test("what depends on an earlier change follows it, what does not goes beside it", () => {
  const follows = (earlier: Mutation, later: Mutation) =>
    dependsOn(dependenciesOf(SCHEMA, later), dependenciesOf(SCHEMA, earlier));
  expect(follows(creating(ONE, "New"), renaming(ONE, "Newer"))).toBe(true);
  expect(follows(creating(ONE, "New"), creating(TWO, "Next"))).toBe(true);
  expect(follows(creating(ONE, "New"), moving(TWO, DOING, ONE))).toBe(true);
  expect(follows(renaming(ONE, "A"), renaming(TWO, "B"))).toBe(false);
  expect(follows(moving(ONE, TODO), moving(TWO, DOING))).toBe(false);
  expect(follows(renaming(ONE, "A"), { ...removing(BOARD_ID), entity: "board", scope: { team: TEAM_ID } })).toBe(true);
});

test("an archived task that is restored shows at once, unless its column is gone", () => {
  const archived = task(ONE, { archivedAt: AT });
  const restore: Mutation = { ...changing(ONE, { archived: false }), known: archived };
  expect(taskIn(show(boardState(), restore), ONE)?.archivedAt).toBeNull();
  const away: Mutation = { ...restore, known: task(ONE, { archivedAt: AT, columnId: idOf(99) }) };
  expect(taskIn(show(boardState(), away), ONE)).toBeUndefined();
});
