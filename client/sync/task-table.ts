import { compareRanked } from "../../shared/rank.ts";
import type { Task } from "../../shared/tasks.ts";
import { type BucketMap, bucketsOf, deleteIn, emptyBuckets, getIn, setIn } from "./bucket-map.ts";

/**
 * A board's tasks by id, and by column in their order. Persistent: a change gives new identity to its column's list
 * alone, so a view of any other column is still what it was.
 */
export type TaskTable = {
  readonly byId: BucketMap<Task>;
  readonly columns: ReadonlyMap<string, readonly Task[]>;
};

const NONE: readonly Task[] = [];

export const EMPTY_TABLE: TaskTable = { byId: emptyBuckets(), columns: new Map() };

export const tableOf = (tasks: readonly Task[]): TaskTable => {
  const columns = new Map<string, Task[]>();
  for (const task of tasks) {
    const list = columns.get(task.columnId);
    if (list === undefined) columns.set(task.columnId, [task]);
    else list.push(task);
  }
  for (const list of columns.values()) list.sort(compareRanked);
  return { byId: bucketsOf(tasks), columns };
};

export const taskIn = (table: TaskTable, id: string): Task | undefined => getIn(table.byId, id);
export const tasksIn = (table: TaskTable, columnId: string): readonly Task[] => table.columns.get(columnId) ?? NONE;

/** Where a task stands in a list, or would stand. */
const placeOf = (list: readonly Task[], task: Task): number => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = list[middle];
    if (there !== undefined && compareRanked(there, task) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

const withList = (
  columns: ReadonlyMap<string, readonly Task[]>,
  columnId: string,
  list: readonly Task[],
): ReadonlyMap<string, readonly Task[]> => {
  const next = new Map(columns);
  if (list.length === 0) next.delete(columnId);
  else next.set(columnId, list);
  return next;
};

const without = (list: readonly Task[], task: Task): readonly Task[] => list.toSpliced(placeOf(list, task), 1);
const within = (list: readonly Task[], task: Task): readonly Task[] => list.toSpliced(placeOf(list, task), 0, task);

/** The column's tasks but this one, which the table holds. */
export const othersIn = (table: TaskTable, columnId: string, task: Task): readonly Task[] =>
  task.columnId === columnId ? without(tasksIn(table, columnId), task) : tasksIn(table, columnId);

export const withTask = (table: TaskTable, task: Task): TaskTable => {
  const old = taskIn(table, task.id);
  if (old === task) return table;
  const byId = setIn(table.byId, task.id, task);
  const target = tasksIn(table, task.columnId);
  if (old === undefined) return { byId, columns: withList(table.columns, task.columnId, within(target, task)) };
  if (old.columnId !== task.columnId) {
    const left = withList(table.columns, old.columnId, without(tasksIn(table, old.columnId), old));
    return { byId, columns: withList(left, task.columnId, within(target, task)) };
  }
  const list = old.rank === task.rank ? target.with(placeOf(target, old), task) : within(without(target, old), task);
  return { byId, columns: withList(table.columns, task.columnId, list) };
};

export const withoutTask = (table: TaskTable, id: string): TaskTable => {
  const old = taskIn(table, id);
  if (old === undefined) return table;
  return {
    byId: deleteIn(table.byId, id),
    columns: withList(table.columns, old.columnId, without(tasksIn(table, old.columnId), old)),
  };
};

export const withoutColumn = (table: TaskTable, columnId: string): TaskTable => {
  const list = table.columns.get(columnId);
  if (list === undefined) return table;
  let { byId } = table;
  for (const task of list) byId = deleteIn(byId, task.id);
  return { byId, columns: withList(table.columns, columnId, NONE) };
};
