import type { Executor } from "../../../platform/db/db.ts";
import type { ImportId, TeamId, UserId } from "../../../shared/ids.ts";
import { type Import, importCountsSchema } from "../../../shared/imports.ts";

export const insertImport = async (
  tx: Executor,
  row: { teamId: TeamId; createdBy: UserId; createdAt: string; entry: Import },
): Promise<void> => {
  await tx
    .insertInto("imports")
    .values({
      id: row.entry.id,
      team_id: row.teamId,
      status: row.entry.status,
      board_id: row.entry.boardId,
      counts: JSON.stringify(row.entry.counts),
      error: row.entry.error ?? null,
      created_by: row.createdBy,
      created_at: row.createdAt,
    })
    .execute();
};

export const findImport = async (tx: Executor, importId: ImportId): Promise<Import | null> => {
  const row = await tx.selectFrom("imports").selectAll().where("id", "=", importId).executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    status: row.status,
    boardId: row.board_id,
    counts: importCountsSchema.parse(JSON.parse(row.counts)),
    ...(row.error === null ? {} : { error: row.error }),
  };
};
