import type { Executor } from "../../../platform/db/db.ts";
import { taskFilterSchema } from "../../../shared/filters.ts";
import type { BoardId, LabelId, UserId } from "../../../shared/ids.ts";
import type { FieldError } from "../../../shared/problem.ts";
import { type Task, tasks } from "../../../shared/tasks.ts";
import { invalidFields } from "../../app-error.ts";
import type { CommandContext } from "../../command.ts";
import { listFilter } from "../../crud/rules.ts";
import { crudService } from "../../crud/service.ts";
import { stamped } from "../../versions.ts";
import { knownReferences, listTasksAssignedTo, listTasksWithLabel, taskConditions, taskTable } from "./queries.ts";

const added = <Id>(ids: readonly Id[], before: readonly Id[] | undefined): Id[] =>
  before === undefined ? [...ids] : ids.filter((id) => !before.includes(id));

/** Refuses new references to columns or labels of other boards and to strangers, naming every field at fault. */
const requireReferences = async (context: CommandContext, task: Task, before: Task | null): Promise<void> => {
  const labelIds = added(task.labelIds, before?.labelIds);
  const assigneeIds = added(task.assigneeIds, before?.assigneeIds);
  const known = await knownReferences(context.tx, {
    boardId: task.boardId,
    teamId: context.tenantId,
    columnId: task.columnId === before?.columnId ? null : task.columnId,
    labelIds,
    assigneeIds,
  });
  const missing = (path: string, ids: readonly string[], found: Set<string>, what: string): FieldError[] =>
    ids.filter((id) => !found.has(id)).map((id) => ({ path, message: `${id} is no ${what}` }));
  const errors = [
    ...(known.column ? [] : [{ path: "columnId", message: "there is no such column on this board" }]),
    ...missing("labelIds", labelIds, known.labels, "label of this board"),
    ...missing("assigneeIds", assigneeIds, known.members, "member of this team"),
  ];
  if (errors.length > 0) throw invalidFields(...errors);
};

export const taskService = crudService(
  tasks,
  { beforeWrite: requireReferences, filter: listFilter(taskFilterSchema, taskConditions), hasGet: true },
  taskTable,
);

/** The unarchived tasks of a board, in order. */
export const tasksOf = (tx: Executor, boardId: BoardId): Promise<Task[]> =>
  taskTable.list(tx, { where: { boardId }, and: taskConditions({}) });

/** Inserts the tasks of a new board. */
export const addTasks = taskTable.insert;

/** Takes a leaving member off all tasks of the team, each with its event. */
export const unassignEverywhere = async (context: CommandContext, userId: UserId): Promise<void> => {
  for (const task of await listTasksAssignedTo(context.tx, context.tenantId, userId)) {
    await rewrite(context, { ...task, assigneeIds: task.assigneeIds.filter((id) => id !== userId) });
  }
};

/** Takes a deleted label off the tasks of its board, each with its event. */
export const unlabelEverywhere = async (context: CommandContext, boardId: BoardId, labelId: LabelId): Promise<void> => {
  for (const task of await listTasksWithLabel(context.tx, boardId, labelId)) {
    await rewrite(context, { ...task, labelIds: task.labelIds.filter((id) => id !== labelId) });
  }
};

const rewrite = async (context: CommandContext, task: Task): Promise<void> => {
  const after = stamped(task, context);
  await taskTable.update(context.tx, after);
  context.emit(tasks, "UPDATED", after);
};
