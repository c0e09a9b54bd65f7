import { type Board, boardSchema } from "../../shared/boards.ts";
import { type Column, columnSchema } from "../../shared/columns.ts";
import { labelSchema } from "../../shared/labels.ts";
import { compareRanked, type Gap, type Placement, placeAmong, type Ranked, rankBetween } from "../../shared/rank.ts";
import { type Task, taskSchema, type UpdateTask } from "../../shared/tasks.ts";
import type { Intent } from "./mutations.ts";
import type { BoardState, BoardsState } from "./snapshots.ts";
import { EMPTY_TABLE, othersIn, taskIn, tasksIn, withoutColumn, withoutTask, withTask } from "./task-table.ts";

/** Between two neighbours of one rank (a guess of ours beside a rank given since) only the id can decide. */
const rankIn = ({ after, before }: Gap<Ranked>): string =>
  after !== null && before !== null && after.rank >= before.rank
    ? after.rank
    : rankBetween(after?.rank ?? null, before?.rank ?? null);

const placed = (others: readonly Ranked[], placement: Placement): string => rankIn(placeAmong(others, placement));

const isBeside = (list: readonly Ranked[], id: string, { beforeId, afterId }: Placement): boolean => {
  const index = list.findIndex((sibling) => sibling.id === id);
  if (index < 0 || (!beforeId && !afterId)) return false;
  return (!beforeId || list[index + 1]?.id === beforeId) && (!afterId || list[index - 1]?.id === afterId);
};

const chosen = <Id extends string>(
  now: readonly Id[],
  {
    set,
    add = [],
    remove = [],
  }: { set: readonly Id[] | undefined; add: readonly Id[] | undefined; remove: readonly Id[] | undefined },
): Id[] => [...new Set([...(set ?? now), ...add])].filter((id) => !remove.includes(id));

/** Takes over the fields given and leaves the others as they are. */
const patched = <Entity extends object>(
  entity: Entity,
  change: { readonly [Key in keyof Entity]?: Entity[Key] | undefined },
): Entity => {
  const next = { ...entity };
  for (const key in change) {
    const value = change[key];
    if (value !== undefined) next[key] = value;
  }
  return next;
};

const updated = (task: Task, change: UpdateTask, at: string): Task => {
  const { archived, addLabelIds, removeLabelIds, addAssigneeIds, removeAssigneeIds, labelIds, assigneeIds, ...fields } =
    change;
  return {
    ...patched(task, fields),
    labelIds:
      labelIds || addLabelIds || removeLabelIds
        ? chosen(task.labelIds, { set: labelIds, add: addLabelIds, remove: removeLabelIds })
        : task.labelIds,
    assigneeIds:
      assigneeIds || addAssigneeIds || removeAssigneeIds
        ? chosen(task.assigneeIds, { set: assigneeIds, add: addAssigneeIds, remove: removeAssigneeIds })
        : task.assigneeIds,
    archivedAt: archived === undefined ? task.archivedAt : archived ? (task.archivedAt ?? at) : null,
  };
};

/** An optional field that is given as undefined is not given. */
const given = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const withBoard = (board: Board, { change, at }: Extract<Intent, { kind: "board.update" }>): Board => {
  const { archived, ...fields } = change;
  const archivedAt = archived === undefined ? board.archivedAt : archived ? (board.archivedAt ?? at) : null;
  return { ...patched(board, fields), archivedAt };
};

const withColumn = (state: BoardState, column: Column): BoardState => ({
  ...state,
  columns: new Map(state.columns).set(column.id, column),
});

const sortedColumns = (state: BoardState) => [...state.columns.values()].sort(compareRanked);

const putTask = (state: BoardState, task: Task): BoardState => ({
  ...state,
  tasks: task.archivedAt === null ? withTask(state.tasks, task) : withoutTask(state.tasks, task.id),
});

/**
 * Shows an intent over the board as it is: each field for itself, so that what another changed meanwhile stays.
 * What it was about may be gone; then it shows nothing.
 */
export const overlayBoard = (state: BoardState, intent: Intent): BoardState => {
  if (intent.boardId !== state.board.id || state.deleted) return state;
  switch (intent.kind) {
    case "task.create": {
      const { input, by, at } = intent;
      if (taskIn(state.tasks, input.id) || !state.columns.has(input.columnId)) return state;
      const siblings = tasksIn(state.tasks, input.columnId);
      const task = taskSchema.safeParse({
        description: "",
        color: null,
        labelIds: [],
        assigneeIds: [],
        dueAt: null,
        startAt: null,
        ...given(input),
        boardId: state.board.id,
        teamId: state.teamId,
        rank: rankIn({ after: siblings.at(-1) ?? null, before: null }),
        archivedAt: null,
        createdBy: by,
        createdAt: at,
        updatedAt: at,
        version: 0,
      });
      return task.success ? putTask(state, task.data) : state;
    }
    case "task.update": {
      const held = taskIn(state.tasks, intent.id);
      // The column of an archived one may have gone while it was away.
      const away = intent.archived && state.columns.has(intent.archived.columnId) ? intent.archived : undefined;
      const task = held ?? away;
      return task === undefined ? state : putTask(state, updated(task, intent.change, intent.at));
    }
    case "task.move": {
      const task = taskIn(state.tasks, intent.id);
      const { columnId } = intent.move;
      if (task === undefined || !state.columns.has(columnId)) return state;
      const siblings = tasksIn(state.tasks, columnId);
      if (task.columnId === columnId && isBeside(siblings, task.id, intent.move)) return state;
      return putTask(state, { ...task, columnId, rank: placed(othersIn(state.tasks, columnId, task), intent.move) });
    }
    case "task.delete":
      return { ...state, tasks: withoutTask(state.tasks, intent.id) };
    case "column.create": {
      if (state.columns.has(intent.input.id)) return state;
      const column = columnSchema.safeParse({
        color: null,
        wipLimit: null,
        ...given(intent.input),
        boardId: state.board.id,
        teamId: state.teamId,
        rank: rankIn({ after: sortedColumns(state).at(-1) ?? null, before: null }),
        createdAt: intent.at,
        updatedAt: intent.at,
        version: 0,
      });
      return column.success ? withColumn(state, column.data) : state;
    }
    case "column.update": {
      const column = state.columns.get(intent.id);
      return column === undefined ? state : withColumn(state, patched(column, intent.change));
    }
    case "column.move": {
      const column = state.columns.get(intent.id);
      if (column === undefined) return state;
      const siblings = sortedColumns(state);
      if (isBeside(siblings, column.id, intent.move)) return state;
      const others = siblings.filter(({ id }) => id !== column.id);
      return withColumn(state, { ...column, rank: placed(others, intent.move) });
    }
    case "column.delete": {
      const columns = new Map(state.columns);
      columns.delete(intent.id);
      return { ...state, columns, tasks: withoutColumn(state.tasks, intent.id) };
    }
    case "label.create": {
      if (state.labels.has(intent.input.id)) return state;
      const { boardId } = intent;
      const fields = { color: null, ...given(intent.input), boardId, teamId: state.teamId, version: 0 };
      const label = labelSchema.safeParse(fields);
      return label.success ? { ...state, labels: new Map(state.labels).set(label.data.id, label.data) } : state;
    }
    case "label.update": {
      const label = state.labels.get(intent.id);
      if (label === undefined) return state;
      const labels = new Map(state.labels).set(label.id, patched(label, intent.change));
      return { ...state, labels };
    }
    case "label.delete": {
      const labels = new Map(state.labels);
      labels.delete(intent.id);
      return { ...state, labels };
    }
    case "board.update":
      return { ...state, board: withBoard(state.board, intent) };
    case "board.delete":
      return { ...state, deleted: true, columns: new Map(), tasks: EMPTY_TABLE, labels: new Map() };
    case "board.create":
      return state;
  }
};

/** The same for the list of a team's boards. */
export const overlayBoards = (state: BoardsState, intent: Intent): BoardsState => {
  const known = state.items.get(intent.boardId);
  switch (intent.kind) {
    case "board.create": {
      if (known !== undefined || intent.teamId !== state.teamId) return state;
      const last = [...state.items.values()].sort(compareRanked).at(-1);
      const board = boardSchema.safeParse({
        id: intent.boardId,
        teamId: state.teamId,
        name: intent.name,
        description: "",
        rank: rankIn({ after: last ?? null, before: null }),
        archivedAt: null,
        createdAt: intent.at,
        updatedAt: intent.at,
        version: 0,
      });
      return board.success ? { ...state, items: new Map(state.items).set(board.data.id, board.data) } : state;
    }
    case "board.update":
      return known === undefined
        ? state
        : { ...state, items: new Map(state.items).set(known.id, withBoard(known, intent)) };
    case "board.delete": {
      if (known === undefined) return state;
      const items = new Map(state.items);
      items.delete(known.id);
      return { ...state, items };
    }
    default:
      return state;
  }
};
