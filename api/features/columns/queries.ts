import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { ColumnsTable } from "../../../platform/db/schema.ts";
import type { Column } from "../../../shared/columns.ts";
import type { BoardId, ColumnId } from "../../../shared/ids.ts";

const toColumn = (row: ColumnsTable): Column =>
  ({
    id: row.id,
    boardId: row.board_id,
    teamId: row.team_id,
    name: row.name,
    color: row.color,
    wipLimit: row.wip_limit,
    rank: row.rank,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  }) as Column;

const toRow = (column: Column): ColumnsTable => ({
  id: column.id,
  board_id: column.boardId,
  team_id: column.teamId,
  name: column.name,
  color: column.color,
  wip_limit: column.wipLimit,
  rank: column.rank,
  created_at: column.createdAt,
  updated_at: column.updatedAt,
  version: column.version,
});

export const findColumn = async (tx: Executor, columnId: ColumnId): Promise<Column | null> => {
  const row = await tx.selectFrom("columns").selectAll().where("id", "=", columnId).executeTakeFirst();
  return row === undefined ? null : toColumn(row);
};

/** The columns of a board in order; all of them without `page`. */
export const listColumns = async (
  tx: Executor,
  boardId: BoardId,
  page?: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<Column[]> => {
  let query = tx.selectFrom("columns").selectAll().where("board_id", "=", boardId).orderBy("rank").orderBy("id");
  if (page?.after) query = query.where(sql<boolean>`(rank, id) > (${page.after[0]}, ${page.after[1]})`);
  if (page !== undefined) query = query.limit(page.limit + 1);
  return (await query.execute()).map(toColumn);
};

export const insertColumns = async (tx: Executor, columns: readonly Column[]): Promise<void> => {
  if (columns.length > 0) await tx.insertInto("columns").values(columns.map(toRow)).execute();
};

export const updateColumnRow = async (tx: Executor, column: Column): Promise<void> => {
  await tx.updateTable("columns").set(toRow(column)).where("id", "=", column.id).execute();
};

export const deleteColumnRow = async (tx: Executor, columnId: ColumnId): Promise<void> => {
  await tx.deleteFrom("columns").where("id", "=", columnId).execute();
};
