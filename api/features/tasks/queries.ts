import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import type { BoardId, ColumnId, LabelId, TeamId, UserId } from "../../../shared/ids.ts";
import { type Task, tasks } from "../../../shared/tasks.ts";
import { foldCase } from "../../../shared/text.ts";
import { type Condition, entityTable } from "../../crud/table.ts";

export const taskTable = entityTable(tasks, { folded: ["title", "description"] });

const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

/** Ids hold no wildcard, so a quoted id can be looked for in the JSON text. */
const holdsAny = (column: "label_ids" | "assignee_ids", ids: readonly string[]): Condition =>
  sql`(${sql.join(
    ids.map((id) => sql`${sql.ref(column)} like ${`%"${id}"%`}`),
    sql` or `,
  )})`;

const isOneOf = (column: "color" | "column_id", values: readonly string[]): Condition =>
  sql`${sql.ref(column)} in (${sql.join(values)})`;

const hasText = (text: string): Condition => {
  const pattern = `%${escapeLike(foldCase(text))}%`;
  return sql`(title_folded like ${pattern} escape '\\' or description_folded like ${pattern} escape '\\')`;
};

/** The twin of `taskMatcher` in shared/filters.ts: both let the same tasks through. */
export const taskConditions = (filter: TaskFilter): Condition[] => [
  filter.archived ? sql`archived_at is not null` : sql`archived_at is null`,
  ...(filter.color?.length ? [isOneOf("color", filter.color)] : []),
  ...(filter.columnId?.length ? [isOneOf("column_id", filter.columnId)] : []),
  ...(filter.labelId?.length ? [holdsAny("label_ids", filter.labelId)] : []),
  ...(filter.assigneeId?.length ? [holdsAny("assignee_ids", filter.assigneeId)] : []),
  ...(filter.dueAfter === undefined ? [] : [sql`due_at >= ${filter.dueAfter}`]),
  ...(filter.dueBefore === undefined ? [] : [sql`due_at < ${filter.dueBefore}`]),
  ...(filter.q ? [hasText(filter.q)] : []),
];

/** The tasks of a board that have a label, archived ones too. */
export const listTasksWithLabel = (tx: Executor, boardId: BoardId, labelId: LabelId): Promise<Task[]> =>
  taskTable.list(tx, { where: { boardId }, and: [holdsAny("label_ids", [labelId])] });

/** The tasks of a whole team that are assigned to a user, archived ones too. */
export const listTasksAssignedTo = (tx: Executor, teamId: TeamId, userId: UserId): Promise<Task[]> =>
  taskTable.list(tx, { where: { teamId }, and: [holdsAny("assignee_ids", [userId])] });

/** The named references that exist: a column and labels of the board, members of the team. */
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
