import type { Executor } from "../../../platform/db/db.ts";
import { given } from "../../../shared/entities/define-entity.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import type { BoardId, ColumnId, LabelId, TaskId, UserId } from "../../../shared/ids.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import type { FieldError } from "../../../shared/problem.ts";
import { type CreateTask, type MoveTask, type Task, tasks, type UpdateTask } from "../../../shared/tasks.ts";
import { teamOf } from "../../access.ts";
import { invalidFields, notFound } from "../../app-error.ts";
import { type CommandContext, runCommand } from "../../command.ts";
import { claimId, createdBefore } from "../../created-ids.ts";
import type { ServiceDeps } from "../../deps.ts";
import { assignRank, findGap, liesIn, type Siblings } from "../../ordering.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { differs, requireVersion } from "../../versions.ts";
import {
  deleteTaskRow,
  findTask,
  insertTasks,
  knownReferences,
  listTasksHolding,
  listTasks as queryTasks,
  updateTaskRow,
} from "./queries.ts";

/** The tasks of a board that are not archived, in order. */
export const tasksOf = (tx: Executor, boardId: BoardId): Promise<Task[]> => queryTasks(tx, boardId, {});

/** Adds the tasks of a new board. */
export const addTasks = insertTasks;

const taskOr404 = async (tx: Executor, taskId: TaskId): Promise<Task> => {
  const task = await findTask(tx, taskId);
  if (task === null) throw notFound();
  return task;
};

const siblingsIn = (columnId: ColumnId): Siblings => ({
  table: "tasks",
  column: "column_id",
  containerId: columnId,
});

export const listTasks = (
  deps: ServiceDeps,
  scope: Scope,
  boardId: BoardId,
  filter: TaskFilter,
  query: PageQuery,
): Promise<Reply<Page<Task>>> =>
  runRead(deps, scope, {
    right: "tasks.read",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async ({ tx }) => {
      const after = decodeCursor(query.cursor, 2);
      const tasks = await queryTasks(tx, boardId, filter, { after, limit: query.limit });
      return toPage(tasks, query.limit, (task) => [task.rank, task.id]);
    },
  });

export const getTask = (deps: ServiceDeps, scope: Scope, taskId: TaskId): Promise<Reply<Task>> =>
  runRead(deps, scope, {
    right: "tasks.read",
    tenantOf: (tx) => teamOf(tx, "tasks", taskId),
    run: ({ tx }) => taskOr404(tx, taskId),
  });

/** Adds a task at the end of a column. */
export const createTask = (
  deps: ServiceDeps,
  scope: Scope,
  boardId: BoardId,
  input: CreateTask,
): Promise<Reply<Task>> =>
  runCommand(deps, scope, {
    right: "tasks.write",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async (context) => {
      const id = input.id ?? (deps.newId() as TaskId);
      if ((await claimId(context, { id, kind: "task", parentId: boardId })) === "again") {
        return createdBefore(await findTask(context.tx, id));
      }
      const labelIds = [...new Set(input.labelIds)];
      const assigneeIds = [...new Set(input.assigneeIds)];
      await requireReferences(context, boardId, { columnId: input.columnId, labelIds, assigneeIds });
      const rank = await place(context, input.columnId, id, {});
      const task: Task = {
        id,
        boardId,
        columnId: input.columnId,
        teamId: context.tenantId,
        title: input.title,
        description: input.description ?? "",
        color: input.color ?? null,
        labelIds,
        assigneeIds,
        dueAt: input.dueAt ?? null,
        startAt: input.startAt ?? null,
        rank,
        archivedAt: null,
        createdBy: scope.userId,
        createdAt: context.at,
        updatedAt: context.at,
        version: context.nextVersion(),
      };
      await insertTasks(context.tx, [task]);
      context.emit(tasks, "CREATED", task);
      return { status: 201, body: task };
    },
  });

const changedSet = <Id extends string>(
  before: readonly Id[],
  change: {
    readonly all: readonly Id[] | undefined;
    readonly add: readonly Id[] | undefined;
    readonly remove: readonly Id[] | undefined;
  },
): Id[] => {
  const removed = new Set(change.remove);
  return [...new Set([...(change.all ?? before), ...(change.add ?? [])])].filter((id) => !removed.has(id));
};

export const updateTask = (deps: ServiceDeps, scope: Scope, taskId: TaskId, input: UpdateTask): Promise<Reply<Task>> =>
  runCommand(deps, scope, {
    right: "tasks.write",
    tenantOf: (tx) => teamOf(tx, "tasks", taskId),
    run: async (context) => {
      const before = await taskOr404(context.tx, taskId);
      requireVersion(scope, before.version);
      const { archived, addLabelIds, removeLabelIds, addAssigneeIds, removeAssigneeIds, ...fields } = input;
      const labelIds = changedSet(before.labelIds, { all: input.labelIds, add: addLabelIds, remove: removeLabelIds });
      const assigneeIds = changedSet(before.assigneeIds, {
        all: input.assigneeIds,
        add: addAssigneeIds,
        remove: removeAssigneeIds,
      });
      await requireReferences(context, before.boardId, {
        labelIds: labelIds.filter((id) => !before.labelIds.includes(id)),
        assigneeIds: assigneeIds.filter((id) => !before.assigneeIds.includes(id)),
      });
      const after: Task = {
        ...before,
        ...given(fields),
        labelIds,
        assigneeIds,
        archivedAt: archived === undefined ? before.archivedAt : archived ? (before.archivedAt ?? context.at) : null,
        updatedAt: context.at,
        version: context.nextVersion(),
      };
      if (!differs(before, after)) return { body: before };
      await updateTaskRow(context.tx, after);
      context.emit(tasks, "UPDATED", after);
      return { body: after };
    },
  });

export const moveTask = (deps: ServiceDeps, scope: Scope, taskId: TaskId, input: MoveTask): Promise<Reply<Task>> =>
  runCommand(deps, scope, {
    right: "tasks.write",
    tenantOf: (tx) => teamOf(tx, "tasks", taskId),
    run: async (context) => {
      const before = await taskOr404(context.tx, taskId);
      requireVersion(scope, before.version);
      await requireReferences(context, before.boardId, { columnId: input.columnId, labelIds: [], assigneeIds: [] });
      const gap = await findGap(context.tx, siblingsIn(input.columnId), taskId, input);
      if (before.columnId === input.columnId && liesIn(before.rank, gap)) return { body: before };
      const rank = await place(context, input.columnId, taskId, input);
      const after: Task = {
        ...before,
        columnId: input.columnId,
        rank,
        updatedAt: context.at,
        version: context.nextVersion(),
      };
      await updateTaskRow(context.tx, after);
      context.emit(tasks, "MOVED", after);
      return { body: after };
    },
  });

export const deleteTask = (deps: ServiceDeps, scope: Scope, taskId: TaskId): Promise<Reply<Task>> =>
  runCommand(deps, scope, {
    right: "tasks.write",
    tenantOf: (tx) => teamOf(tx, "tasks", taskId),
    run: async (context) => {
      const task = await taskOr404(context.tx, taskId);
      requireVersion(scope, task.version);
      await deleteTaskRow(context.tx, taskId);
      context.emit(tasks, "DELETED", task);
      return { body: task };
    },
  });

/** Refuses what is not on the board or not in the team, every field at fault. */
const requireReferences = async (
  context: CommandContext,
  boardId: BoardId,
  named: {
    readonly columnId?: ColumnId;
    readonly labelIds: readonly LabelId[];
    readonly assigneeIds: readonly UserId[];
  },
): Promise<void> => {
  const errors: FieldError[] = [];
  const known = await knownReferences(context.tx, {
    boardId,
    teamId: context.tenantId,
    columnId: named.columnId ?? null,
    labelIds: named.labelIds,
    assigneeIds: named.assigneeIds,
  });
  if (!known.column) errors.push({ path: "columnId", message: "there is no such column on this board" });
  const missing = (path: string, ids: readonly string[], found: Set<string>, what: string) => {
    for (const id of ids) if (!found.has(id)) errors.push({ path, message: `${id} is no ${what}` });
  };
  missing("labelIds", named.labelIds, known.labels, "label of this board");
  missing("assigneeIds", named.assigneeIds, known.members, "member of this team");
  if (errors.length > 0) throw invalidFields(...errors);
};

/** The rank for a place; neighbours that had to make room are announced as moved. */
const place = async (
  context: CommandContext,
  columnId: ColumnId,
  taskId: TaskId,
  placement: Pick<MoveTask, "beforeId" | "afterId">,
): Promise<string> => {
  const siblings = siblingsIn(columnId);
  const gap = await findGap(context.tx, siblings, taskId, placement);
  const { rank, respread } = await assignRank(context.tx, siblings, taskId, gap);
  for (const { id } of respread) {
    const task = {
      ...(await taskOr404(context.tx, id as TaskId)),
      updatedAt: context.at,
      version: context.nextVersion(),
    };
    await updateTaskRow(context.tx, task);
    context.emit(tasks, "MOVED", task);
  }
  return rank;
};

/** Takes a person who leaves the team off all tasks, each with its event. */
export const unassignEverywhere = (context: CommandContext, userId: UserId): Promise<void> =>
  rewrite(context, { teamId: context.tenantId, assigneeId: userId }, (task) => ({
    ...task,
    assigneeIds: task.assigneeIds.filter((id) => id !== userId),
  }));

/** Takes a label that is deleted off the tasks of its board, each with its event. */
export const unlabelEverywhere = (context: CommandContext, boardId: BoardId, labelId: LabelId): Promise<void> =>
  rewrite(context, { boardId, labelId }, (task) => ({
    ...task,
    labelIds: task.labelIds.filter((id) => id !== labelId),
  }));

const rewrite = async (
  context: CommandContext,
  where: Parameters<typeof listTasksHolding>[1],
  mend: (task: Task) => Task,
): Promise<void> => {
  for (const task of await listTasksHolding(context.tx, where)) {
    const after: Task = { ...mend(task), updatedAt: context.at, version: context.nextVersion() };
    await updateTaskRow(context.tx, after);
    context.emit(tasks, "UPDATED", after);
  }
};
