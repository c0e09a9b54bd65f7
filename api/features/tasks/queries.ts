import { type SelectQueryBuilder, sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { Database, TasksTable } from "../../../platform/db/schema.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import type { BoardId, ColumnId, LabelId, TaskId, TeamId, UserId } from "../../../shared/ids.ts";
import type { Task } from "../../../shared/tasks.ts";
import { foldCase } from "../../../shared/text.ts";

/** What a task is read from; the folded copies stay in the database. */
const SHOWN = [
  "id",
  "board_id",
  "column_id",
  "team_id",
  "title",
  "description",
  "color",
  "label_ids",
  "assignee_ids",
  "due_at",
  "start_at",
  "rank",
  "archived_at",
  "created_by",
  "created_at",
  "updated_at",
  "version",
] as const satisfies readonly (keyof TasksTable)[];

const toTask = (row: Pick<TasksTable, (typeof SHOWN)[number]>): Task =>
  ({
    id: row.id,
    boardId: row.board_id,
    columnId: row.column_id,
    teamId: row.team_id,
    title: row.title,
    description: row.description,
    color: row.color,
    labelIds: row.label_ids === "[]" ? [] : JSON.parse(row.label_ids),
    assigneeIds: row.assignee_ids === "[]" ? [] : JSON.parse(row.assignee_ids),
    dueAt: row.due_at,
    startAt: row.start_at,
    rank: row.rank,
    archivedAt: row.archived_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  }) as Task;

const toRow = (task: Task): TasksTable => ({
  id: task.id,
  board_id: task.boardId,
  column_id: task.columnId,
  team_id: task.teamId,
  title: task.title,
  description: task.description,
  title_folded: foldCase(task.title),
  description_folded: foldCase(task.description),
  color: task.color,
  label_ids: JSON.stringify(task.labelIds),
  assignee_ids: JSON.stringify(task.assigneeIds),
  due_at: task.dueAt,
  start_at: task.startAt,
  rank: task.rank,
  archived_at: task.archivedAt,
  created_by: task.createdBy,
  created_at: task.createdAt,
  updated_at: task.updatedAt,
  version: task.version,
});

export const findTask = async (tx: Executor, taskId: TaskId): Promise<Task | null> => {
  const row = await tx.selectFrom("tasks").select(SHOWN).where("id", "=", taskId).executeTakeFirst();
  return row === undefined ? null : toTask(row);
};

type TaskQuery = SelectQueryBuilder<Database, "tasks", Pick<TasksTable, (typeof SHOWN)[number]>>;

const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

/** Ids hold no wildcard, so a quoted one can be looked for in the JSON text as it is. */
const holdsAny = (column: "label_ids" | "assignee_ids", ids: readonly string[]) =>
  sql<boolean>`(${sql.join(
    ids.map((id) => sql`${sql.ref(column)} like ${`%"${id}"%`}`),
    sql` or `,
  )})`;

/** The twin of `taskMatcher` in shared/filters.ts: both decide alike of every task. */
const filtered = (query: TaskQuery, filter: TaskFilter): TaskQuery => {
  let narrowed = query.where("archived_at", filter.archived ? "is not" : "is", null);
  if (filter.color?.length) narrowed = narrowed.where("color", "in", filter.color);
  if (filter.columnId?.length) narrowed = narrowed.where("column_id", "in", filter.columnId);
  if (filter.labelId?.length) narrowed = narrowed.where(holdsAny("label_ids", filter.labelId));
  if (filter.assigneeId?.length) narrowed = narrowed.where(holdsAny("assignee_ids", filter.assigneeId));
  if (filter.dueAfter !== undefined) narrowed = narrowed.where("due_at", ">=", filter.dueAfter);
  if (filter.dueBefore !== undefined) narrowed = narrowed.where("due_at", "<", filter.dueBefore);
  if (filter.q) {
    const pattern = `%${escapeLike(foldCase(filter.q))}%`;
    narrowed = narrowed.where(
      sql<boolean>`(title_folded like ${pattern} escape '\\' or description_folded like ${pattern} escape '\\')`,
    );
  }
  return narrowed;
};

export const listTasks = async (
  tx: Executor,
  boardId: BoardId,
  filter: TaskFilter,
  page?: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<Task[]> => {
  let query = filtered(tx.selectFrom("tasks").select(SHOWN).where("board_id", "=", boardId), filter)
    .orderBy("rank")
    .orderBy("id");
  if (page?.after) query = query.where(sql<boolean>`(rank, id) > (${page.after[0]}, ${page.after[1]})`);
  if (page !== undefined) query = query.limit(page.limit + 1);
  return (await query.execute()).map(toTask);
};

/** The tasks of a board, or of a whole team, that carry a label or are assigned to a person; archived ones too. */
export const listTasksHolding = async (
  tx: Executor,
  where:
    | { readonly boardId: BoardId; readonly labelId: LabelId }
    | { readonly teamId: TeamId; readonly assigneeId: UserId },
): Promise<Task[]> => {
  const all = tx.selectFrom("tasks").select(SHOWN).orderBy("id");
  const query =
    "labelId" in where
      ? all.where("board_id", "=", where.boardId).where(holdsAny("label_ids", [where.labelId]))
      : all.where("team_id", "=", where.teamId).where(holdsAny("assignee_ids", [where.assigneeId]));
  return (await query.execute()).map(toTask);
};

const ROWS_PER_INSERT = 100;

export const insertTasks = async (tx: Executor, tasks: readonly Task[]): Promise<void> => {
  for (let start = 0; start < tasks.length; start += ROWS_PER_INSERT) {
    await tx
      .insertInto("tasks")
      .values(tasks.slice(start, start + ROWS_PER_INSERT).map(toRow))
      .execute();
  }
};

export const updateTaskRow = async (tx: Executor, task: Task): Promise<void> => {
  await tx.updateTable("tasks").set(toRow(task)).where("id", "=", task.id).execute();
};

export const deleteTaskRow = async (tx: Executor, taskId: TaskId): Promise<void> => {
  await tx.deleteFrom("tasks").where("id", "=", taskId).execute();
};

/** Which of the ids a task may carry: labels of its board, members of its team. */
export const knownReferences = async (
  tx: Executor,
  named: {
    readonly boardId: BoardId;
    readonly teamId: TeamId;
    readonly columnId: ColumnId | null;
    readonly labelIds: readonly LabelId[];
    readonly assigneeIds: readonly UserId[];
  },
): Promise<{ readonly column: boolean; readonly labels: Set<string>; readonly members: Set<string> }> => {
  const column =
    named.columnId === null
      ? undefined
      : await tx
          .selectFrom("columns")
          .select("id")
          .where("id", "=", named.columnId)
          .where("board_id", "=", named.boardId)
          .executeTakeFirst();
  const labels =
    named.labelIds.length === 0
      ? []
      : await tx
          .selectFrom("labels")
          .select("id")
          .where("board_id", "=", named.boardId)
          .where("id", "in", [...named.labelIds])
          .execute();
  const members =
    named.assigneeIds.length === 0
      ? []
      : await tx
          .selectFrom("members")
          .select("user_id")
          .where("team_id", "=", named.teamId)
          .where("user_id", "in", [...named.assigneeIds])
          .execute();
  return {
    column: named.columnId === null || column !== undefined,
    labels: new Set(labels.map((row) => row.id)),
    members: new Set(members.map((row) => row.user_id)),
  };
};
