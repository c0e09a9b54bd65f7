import type { Column } from "../../../shared/columns.ts";
import type { Task } from "../../../shared/tasks.ts";
import { subjectOf } from "./intents.ts";
import type { Entry } from "./outbox-entry.ts";
import { overlayBoard, overlayBoards } from "./overlay.ts";
import type { BoardState, BoardsState } from "./states.ts";
import { taskIn, withTask } from "./task-table.ts";

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);

/** The old list when it says the same. */
export const stableList = <Item>(old: readonly Item[] | undefined, next: readonly Item[]): readonly Item[] =>
  old !== undefined && (old === next || isSameList(old, next)) ? old : next;

const isSame = <Entity extends object>(a: Entity, b: Entity): boolean => {
  for (const key in b) {
    const [left, right] = [a[key], b[key]];
    if (left === right) continue;
    if (!Array.isArray(left) || !Array.isArray(right) || !isSameList(left, right)) return false;
  }
  return true;
};

/** An entity shown over the confirmed one is made anew with every commit; it keeps its identity while it looks the same. */
const keepIdentity = (state: BoardState, entries: readonly Entry[], before: BoardState | undefined): BoardState => {
  if (before === undefined) return state;
  let { tasks } = state;
  let columns: Map<string, Column> | null = null;
  for (const { intent } of entries) {
    const id = subjectOf(intent);
    const [task, taskBefore]: [Task | undefined, Task | undefined] = [taskIn(tasks, id), taskIn(before.tasks, id)];
    if (task && taskBefore && task !== taskBefore && isSame(task, taskBefore)) tasks = withTask(tasks, taskBefore);
    const [column, columnBefore] = [state.columns.get(id), before.columns.get(id)];
    if (column && columnBefore && column !== columnBefore && isSame(column, columnBefore)) {
      columns ??= new Map(state.columns);
      columns.set(id, columnBefore);
    }
  }
  if (tasks === state.tasks && columns === null) return state;
  return { ...state, tasks, columns: columns ?? state.columns };
};

type Memo<State> = { readonly confirmed: State; readonly entries: readonly Entry[]; readonly view: State };

/** What is shown: the confirmed state with the changes on their way over it. Computed when looked at, once. */
export const createBoardViews = () => {
  const boards = new Map<string, Memo<BoardState>>();
  const lists = new Map<string, Memo<BoardsState>>();

  const board = (boardId: string, confirmed: BoardState, all: readonly Entry[]): BoardState => {
    const entries = all.filter(({ intent, held }) => !held && intent.boardId === boardId);
    const memo = boards.get(boardId);
    if (memo?.confirmed === confirmed && isSameList(memo.entries, entries)) return memo.view;
    let view = confirmed;
    for (const { intent } of entries) view = overlayBoard(view, intent);
    view = keepIdentity(view, entries, memo?.view);
    boards.set(boardId, { confirmed, entries, view });
    return view;
  };

  const list = (teamId: string, confirmed: BoardsState, all: readonly Entry[]): BoardsState => {
    const entries = all.filter(({ intent, held }) => !held && intent.kind.startsWith("board."));
    const memo = lists.get(teamId);
    if (memo?.confirmed === confirmed && isSameList(memo.entries, entries)) return memo.view;
    let view = confirmed;
    for (const { intent } of entries) view = overlayBoards(view, intent);
    lists.set(teamId, { confirmed, entries, view });
    return view;
  };

  const clear = () => {
    boards.clear();
    lists.clear();
  };

  return { board, list, clear };
};
