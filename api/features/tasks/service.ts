import type { Executor } from "../../../platform/db/db.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import type { BoardId, LabelId, TaskId, UserId } from "../../../shared/ids.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import type { FieldError } from "../../../shared/problem.ts";
import type { CreateTask, MoveTask, Task, UpdateTask } from "../../../shared/tasks.ts";
import { invalidFields, notFound } from "../../app-error.ts";
import { differs, sent } from "../../changes.ts";
import { type Change, type Reply, requireVersion, runCommand, runRead, teamOf } from "../../command.ts";
import { claimId, createdBefore } from "../../created-ids.ts";
import type { ServiceDeps } from "../../deps.ts";
import { assignRank, findGap, liesIn, type Siblings } from "../../ordering.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import type { Scope } from "../../scope.ts";
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
export const tasksOf = (tx: Executor, boardId: string): Promise<Task[]> => queryTasks(tx, boardId, {});

/** Adds the tasks of a new board. */
export const addTasks = insertTasks;

const taskOr404 = async (tx: Executor, taskId: string): Promise<Task> => {
  const task = await findTask(tx, taskId);
  if (task === null) throw notFound();
  return task;
};

const siblingsIn = (columnId: string): Siblings => ({ table: "tasks", parentColumn: "column_id", parentId: columnId });

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
    run: async (change) => {
      const id = input.id ?? (deps.newId() as TaskId);
      if ((await claimId(change, scope, { id, kind: "task", parentId: boardId })) === "again") {
        return createdBefore(await findTask(change.tx, id));
      }
      const labelIds = [...new Set(input.labelIds)];
      const assigneeIds = [...new Set(input.assigneeIds)];
      await requireReferences(change, boardId, { columnId: input.columnId, labelIds, assigneeIds });
      const rank = await place(change, input.columnId, id, {});
      const task: Task = {
        id,
        boardId,
        columnId: input.columnId,
        teamId: change.tenantId,
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
        createdAt: change.at,
        updatedAt: change.at,
        version: change.nextVersion(),
      };
      await insertTasks(change.tx, [task]);
      change.emit("TASK_CREATED", task);
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
    run: async (change) => {
      const before = await taskOr404(change.tx, taskId);
      requireVersion(scope, before.version);
      const { archived, addLabelIds, removeLabelIds, addAssigneeIds, removeAssigneeIds, ...fields } = input;
      const labelIds = changedSet(before.labelIds, { all: input.labelIds, add: addLabelIds, remove: removeLabelIds });
      const assigneeIds = changedSet(before.assigneeIds, {
        all: input.assigneeIds,
        add: addAssigneeIds,
        remove: removeAssigneeIds,
      });
      await requireReferences(change, before.boardId, {
        labelIds: labelIds.filter((id) => !before.labelIds.includes(id)),
        assigneeIds: assigneeIds.filter((id) => !before.assigneeIds.includes(id)),
      });
      const after: Task = {
        ...before,
        ...sent(fields),
        labelIds,
        assigneeIds,
        archivedAt: archived === undefined ? before.archivedAt : archived ? (before.archivedAt ?? change.at) : null,
        updatedAt: change.at,
        version: change.nextVersion(),
      };
      if (!differs(before, after)) return { body: before };
      await updateTaskRow(change.tx, after);
      change.emit("TASK_UPDATED", after);
      return { body: after };
    },
  });

export const moveTask = (deps: ServiceDeps, scope: Scope, taskId: TaskId, input: MoveTask): Promise<Reply<Task>> =>
  runCommand(deps, scope, {
    right: "tasks.write",
    tenantOf: (tx) => teamOf(tx, "tasks", taskId),
    run: async (change) => {
      const before = await taskOr404(change.tx, taskId);
      requireVersion(scope, before.version);
      await requireReferences(change, before.boardId, { columnId: input.columnId, labelIds: [], assigneeIds: [] });
      const gap = await findGap(change.tx, siblingsIn(input.columnId), taskId, input);
      if (before.columnId === input.columnId && liesIn(before.rank, gap)) return { body: before };
      const rank = await place(change, input.columnId, taskId, input);
      const after: Task = {
        ...before,
        columnId: input.columnId,
        rank,
        updatedAt: change.at,
        version: change.nextVersion(),
      };
      await updateTaskRow(change.tx, after);
      change.emit("TASK_MOVED", after);
      return { body: after };
    },
  });

export const deleteTask = (deps: ServiceDeps, scope: Scope, taskId: TaskId): Promise<Reply<Task>> =>
  runCommand(deps, scope, {
    right: "tasks.write",
    tenantOf: (tx) => teamOf(tx, "tasks", taskId),
    run: async (change) => {
      const task = await taskOr404(change.tx, taskId);
      requireVersion(scope, task.version);
      await deleteTaskRow(change.tx, taskId);
      change.emit("TASK_DELETED", task);
      return { body: task };
    },
  });

/** Refuses what is not on the board or not in the team, every field at fault. */
const requireReferences = async (
  change: Change,
  boardId: string,
  named: {
    readonly columnId?: string;
    readonly labelIds: readonly string[];
    readonly assigneeIds: readonly string[];
  },
): Promise<void> => {
  const errors: FieldError[] = [];
  const known = await knownReferences(change.tx, {
    boardId,
    teamId: change.tenantId,
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
  change: Change,
  columnId: string,
  taskId: string,
  placement: Pick<MoveTask, "beforeId" | "afterId">,
): Promise<string> => {
  const siblings = siblingsIn(columnId);
  const gap = await findGap(change.tx, siblings, taskId, placement);
  const { rank, respread } = await assignRank(change.tx, siblings, taskId, gap);
  for (const { id } of respread) {
    const task = { ...(await taskOr404(change.tx, id)), updatedAt: change.at, version: change.nextVersion() };
    await updateTaskRow(change.tx, task);
    change.emit("TASK_MOVED", task);
  }
  return rank;
};

/** Takes a person who leaves the team off all tasks, each with its event. */
export const unassignEverywhere = (change: Change, userId: UserId): Promise<void> =>
  rewrite(change, { teamId: change.tenantId, assigneeId: userId }, (task) => ({
    ...task,
    assigneeIds: task.assigneeIds.filter((id) => id !== userId),
  }));

/** Takes a label that is deleted off the tasks of its board, each with its event. */
export const unlabelEverywhere = (change: Change, boardId: string, labelId: LabelId): Promise<void> =>
  rewrite(change, { boardId, labelId }, (task) => ({
    ...task,
    labelIds: task.labelIds.filter((id) => id !== labelId),
  }));

const rewrite = async (
  change: Change,
  where: Parameters<typeof listTasksHolding>[1],
  mend: (task: Task) => Task,
): Promise<void> => {
  for (const task of await listTasksHolding(change.tx, where)) {
    const after: Task = { ...mend(task), updatedAt: change.at, version: change.nextVersion() };
    await updateTaskRow(change.tx, after);
    change.emit("TASK_UPDATED", after);
  }
};
