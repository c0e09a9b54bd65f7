import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { BoardsTable } from "../../../platform/db/schema.ts";
import type { Board } from "../../../shared/boards.ts";
import type { BoardId, TeamId } from "../../../shared/ids.ts";

const toBoard = (row: BoardsTable): Board =>
  ({
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    description: row.description,
    rank: row.rank,
    archivedAt: row.archived_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  }) as Board;

const toRow = (board: Board): BoardsTable => ({
  id: board.id,
  team_id: board.teamId,
  name: board.name,
  description: board.description,
  rank: board.rank,
  archived_at: board.archivedAt,
  created_at: board.createdAt,
  updated_at: board.updatedAt,
  version: board.version,
});

export const findBoard = async (tx: Executor, boardId: BoardId): Promise<Board | null> => {
  const row = await tx.selectFrom("boards").selectAll().where("id", "=", boardId).executeTakeFirst();
  return row === undefined ? null : toBoard(row);
};

export const listBoards = async (
  tx: Executor,
  teamId: TeamId,
  page: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<Board[]> => {
  let query = tx
    .selectFrom("boards")
    .selectAll()
    .where("team_id", "=", teamId)
    .orderBy("rank")
    .orderBy("id")
    .limit(page.limit + 1);
  if (page.after) query = query.where(sql<boolean>`(rank, id) > (${page.after[0]}, ${page.after[1]})`);
  return (await query.execute()).map(toBoard);
};

export const insertBoard = async (tx: Executor, board: Board): Promise<void> => {
  await tx.insertInto("boards").values(toRow(board)).execute();
};

export const updateBoardRow = async (tx: Executor, board: Board): Promise<void> => {
  await tx.updateTable("boards").set(toRow(board)).where("id", "=", board.id).execute();
};

export const deleteBoardRow = async (tx: Executor, boardId: BoardId): Promise<void> => {
  await tx.deleteFrom("boards").where("id", "=", boardId).execute();
};
