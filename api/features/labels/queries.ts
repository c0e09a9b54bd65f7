import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { LabelsTable } from "../../../platform/db/schema.ts";
import type { BoardId, LabelId } from "../../../shared/ids.ts";
import type { Label } from "../../../shared/labels.ts";

const toLabel = (row: LabelsTable): Label =>
  ({
    id: row.id,
    boardId: row.board_id,
    teamId: row.team_id,
    name: row.name,
    color: row.color,
    version: row.version,
  }) as Label;

const toRow = (label: Label): LabelsTable => ({
  id: label.id,
  board_id: label.boardId,
  team_id: label.teamId,
  name: label.name,
  color: label.color,
  version: label.version,
});

export const findLabel = async (tx: Executor, labelId: LabelId): Promise<Label | null> => {
  const row = await tx.selectFrom("labels").selectAll().where("id", "=", labelId).executeTakeFirst();
  return row === undefined ? null : toLabel(row);
};

/** The labels of a board in the order of their making; all of them without `page`. */
export const listLabels = async (
  tx: Executor,
  boardId: BoardId,
  page?: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<Label[]> => {
  let query = tx.selectFrom("labels").selectAll().where("board_id", "=", boardId).orderBy("id");
  if (page?.after) query = query.where(sql<boolean>`id > ${page.after[0]}`);
  if (page !== undefined) query = query.limit(page.limit + 1);
  return (await query.execute()).map(toLabel);
};

export const insertLabels = async (tx: Executor, labels: readonly Label[]): Promise<void> => {
  if (labels.length > 0) await tx.insertInto("labels").values(labels.map(toRow)).execute();
};

export const updateLabelRow = async (tx: Executor, label: Label): Promise<void> => {
  await tx.updateTable("labels").set(toRow(label)).where("id", "=", label.id).execute();
};

export const deleteLabelRow = async (tx: Executor, labelId: LabelId): Promise<void> => {
  await tx.deleteFrom("labels").where("id", "=", labelId).execute();
};
