import { type TaskFilter, taskMatcher } from "../../../shared/filters.ts";
import type { Task } from "../../../shared/tasks.ts";

const isEmpty = (filter: TaskFilter): boolean =>
  Object.values(filter).every(
    (value) => value === undefined || value === "" || value === false || (Array.isArray(value) && value.length === 0),
  );

/**
 * Filters lists of tasks. A task that has not changed is not judged again: folding the case of 10,000 descriptions
 * for each event would cost more than all the rest.
 */
export const memoizedFilter = (filter: TaskFilter): ((tasks: readonly Task[]) => readonly Task[]) => {
  if (isEmpty(filter)) return (tasks) => tasks;
  const matches = taskMatcher(filter);
  const verdicts = new WeakMap<Task, boolean>();
  let last: { readonly tasks: readonly Task[]; readonly result: readonly Task[] } | null = null;
  const passes = (task: Task): boolean => {
    const known = verdicts.get(task);
    if (known !== undefined) return known;
    const verdict = matches(task);
    verdicts.set(task, verdict);
    return verdict;
  };
  return (tasks) => {
    if (last?.tasks !== tasks) last = { tasks, result: tasks.filter(passes) };
    return last.result;
  };
};
