import type { Column } from "../../shared/columns.ts";
import type { Task } from "../../shared/tasks.ts";
import { type Intent, subjectOf } from "./mutations.ts";
import { overlayBoard, overlayBoards } from "./optimistic.ts";
import type { Entry } from "./outbox/pending-mutation.ts";
import type { BoardState, BoardsState } from "./snapshots.ts";
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
const keepIdentity = (state: BoardState, intents: readonly Intent[], before: BoardState | undefined): BoardState => {
  if (before === undefined) return state;
  let { tasks } = state;
  let columns: Map<string, Column> | null = null;
  for (const intent of intents) {
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

/** What a view was made of; only the wishes count, not how far on their way they are. */
type Memo<State> = { readonly confirmed: State; readonly intents: readonly Intent[]; readonly view: State };

type Overlay<State> = (state: State, intent: Intent) => State;

/** Lays the wishes over the confirmed state. Where only new ones have come, the view goes on from what it was. */
const laidOver = <State>(
  memo: Memo<State> | undefined,
  confirmed: State,
  intents: readonly Intent[],
  overlay: Overlay<State>,
): { readonly view: State; readonly laid: readonly Intent[] } => {
  const known = memo?.intents ?? [];
  const goesOn = memo?.confirmed === confirmed && known.every((intent, index) => intent === intents[index]);
  const laid = goesOn ? intents.slice(known.length) : intents;
  return { view: laid.reduce(overlay, goesOn ? memo.view : confirmed), laid };
};

const shownOf = (entries: readonly Entry[], isShown: (intent: Intent) => boolean): Intent[] => {
  const intents: Intent[] = [];
  for (const { intent, held } of entries) if (!held && isShown(intent)) intents.push(intent);
  return intents;
};

/** What is shown: the confirmed state with the changes on their way over it. Computed when looked at, once. */
export const createBoardViews = () => {
  const boards = new Map<string, Memo<BoardState>>();
  const lists = new Map<string, Memo<BoardsState>>();

  const board = (boardId: string, confirmed: BoardState, entries: readonly Entry[]): BoardState => {
    const intents = shownOf(entries, (intent) => intent.boardId === boardId);
    const memo = boards.get(boardId);
    const { view, laid } = laidOver(memo, confirmed, intents, overlayBoard);
    const kept = keepIdentity(view, laid, memo?.view);
    boards.set(boardId, { confirmed, intents, view: kept });
    return kept;
  };

  const list = (teamId: string, confirmed: BoardsState, entries: readonly Entry[]): BoardsState => {
    const intents = shownOf(entries, ({ kind }) => kind.startsWith("board."));
    const { view } = laidOver(lists.get(teamId), confirmed, intents, overlayBoards);
    lists.set(teamId, { confirmed, intents, view });
    return view;
  };

  const clear = () => {
    boards.clear();
    lists.clear();
  };

  return { board, list, clear };
};
