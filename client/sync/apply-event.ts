import type { SequencedMessage } from "../../shared/protocol/message.ts";
import { type Change, type Fact, factOf } from "./decode-event.ts";
import type { BoardState, BoardsState, MembersState, TenantState } from "./snapshots.ts";
import { EMPTY_TABLE, withoutColumn, withoutTask, withTask } from "./task-table.ts";

const withEntry = <Entity>(map: ReadonlyMap<string, Entity>, id: string, entity: Entity) => {
  const next = new Map(map);
  next.set(id, entity);
  return next;
};

const withoutEntry = <Entity>(map: ReadonlyMap<string, Entity>, id: string): ReadonlyMap<string, Entity> => {
  if (!map.has(id)) return map;
  const next = new Map(map);
  next.delete(id);
  return next;
};

const put = <Entity>(
  map: ReadonlyMap<string, Entity>,
  op: "put" | "delete",
  id: string,
  entity: Entity,
): ReadonlyMap<string, Entity> => (op === "put" ? withEntry(map, id, entity) : withoutEntry(map, id));

const emptied = (state: BoardState): BoardState => ({
  ...state,
  deleted: true,
  columns: new Map(),
  tasks: EMPTY_TABLE,
  labels: new Map(),
});

const onBoard = (state: BoardState, change: Change, seq: number): BoardState => {
  const boardId = state.board.id;
  switch (change.type) {
    case "task": {
      const { op, entity } = change;
      // A board shows what is on it and not archived; an event may be of a task that has left either.
      const isHere = op === "put" && entity.boardId === boardId && entity.archivedAt === null;
      const tasks = isHere ? withTask(state.tasks, entity) : withoutTask(state.tasks, entity.id);
      return tasks === state.tasks ? state : { ...state, tasks };
    }
    case "column": {
      const { op, entity } = change;
      if (entity.boardId !== boardId) return state;
      const columns = put(state.columns, op, entity.id, entity);
      return op === "put" ? { ...state, columns } : { ...state, columns, tasks: withoutColumn(state.tasks, entity.id) };
    }
    case "label":
      return change.entity.boardId === boardId
        ? { ...state, labels: put(state.labels, change.op, change.entity.id, change.entity) }
        : state;
    case "member":
      return { ...state, members: put(state.members, change.op, change.entity.userId, change.entity) };
    case "board":
      if (change.entity.id !== boardId) return state;
      return change.op === "delete" ? emptied(state) : { ...state, board: change.entity };
    case "board-content":
      return change.entity.id === boardId ? { ...state, board: change.entity, unreadFrom: seq } : state;
    case "team":
      return change.op === "delete" ? emptied(state) : state;
    case "unreadable":
      return { ...state, unreadFrom: seq };
    case "nothing":
      return state;
  }
};

const onBoards = (state: BoardsState, change: Change, seq: number): BoardsState => {
  switch (change.type) {
    case "board":
      return { ...state, items: put(state.items, change.op, change.entity.id, change.entity) };
    case "board-content":
      return { ...state, items: withEntry(state.items, change.entity.id, change.entity) };
    case "team":
      return change.op === "delete" ? { ...state, items: new Map() } : state;
    case "unreadable":
      return { ...state, unreadFrom: seq };
    case "task":
    case "column":
    case "label":
    case "member":
    case "nothing":
      return state;
  }
};

const onMembers = (state: MembersState, change: Change, seq: number): MembersState => {
  switch (change.type) {
    case "member":
      return { ...state, items: put(state.items, change.op, change.entity.userId, change.entity) };
    case "team":
      return change.op === "delete" ? { ...state, items: new Map() } : state;
    case "unreadable":
      return { ...state, unreadFrom: seq };
    case "board":
    case "board-content":
    case "task":
    case "column":
    case "label":
    case "nothing":
      return state;
  }
};

const changed = (state: TenantState, { change, at }: Fact): TenantState => {
  switch (state.kind) {
    case "board":
      return onBoard(state, change, at.seq);
    case "boards":
      return onBoards(state, change, at.seq);
    case "members":
      return onMembers(state, change, at.seq);
  }
};

/** Folds one step of the history onto a state. What the state holds already changes nothing. Pure. */
export const applyFact = (state: TenantState, fact: Fact): TenantState => {
  if (fact.at.epoch !== state.position.epoch || fact.at.seq <= state.position.seq) return state;
  const next = changed(state, fact);
  return next === state ? state : { ...next, position: fact.at };
};

/** Folds an event onto a state: events that the state holds already are ignored. Pure. */
export const applyEvent = (state: TenantState, event: SequencedMessage): TenantState => applyFact(state, factOf(event));
