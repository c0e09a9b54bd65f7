import type { Task } from "../../../../shared/tasks.ts";
import { foldCase } from "../../../../shared/text.ts";

const archivedAtOf = ({ archivedAt }: Task): string => archivedAt ?? "";

const descending = (a: string, b: string): number => (a === b ? 0 : a < b ? 1 : -1);

/** Archived tasks, newest first. */
export const newestFirst = (tasks: Iterable<Task>): readonly Task[] =>
  [...tasks].sort((a, b) => descending(archivedAtOf(a), archivedAtOf(b)) || descending(a.id, b.id));

export const searchTasks = (tasks: readonly Task[], query: string): readonly Task[] => {
  const needle = foldCase(query.trim());
  if (needle === "") return tasks;
  return tasks.filter(
    ({ title, description }) => foldCase(title).includes(needle) || foldCase(description).includes(needle),
  );
};
