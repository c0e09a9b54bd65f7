import { type ColumnDefinitionBuilder, type Kysely, sql } from "kysely";
import type { DialectName } from "../db.ts";

/** Comments, deleted with their task. */
export const comments =
  (dialect: DialectName) =>
  async (db: Kysely<unknown>): Promise<void> => {
    const text = dialect === "postgres" ? sql`text collate "C"` : sql`text`;
    const integer = dialect === "postgres" ? sql`bigint` : sql`integer`;
    const required = (column: ColumnDefinitionBuilder) => column.notNull();

    await db.schema
      .createTable("comments")
      .addColumn("id", text, (column) => column.primaryKey().notNull())
      .addColumn("task_id", text, (column) => column.notNull().references("tasks.id").onDelete("cascade"))
      .addColumn("board_id", text, required)
      .addColumn("team_id", text, required)
      .addColumn("body", text, required)
      .addColumn("mentions", text, required)
      .addColumn("reactions", text, required)
      .addColumn("created_by", text, required)
      .addColumn("imported_from", text)
      .addColumn("created_at", text, required)
      .addColumn("edited_at", text)
      .addColumn("version", integer, required)
      .execute();
    await db.schema.createIndex("comments_task").on("comments").columns(["task_id", "id"]).execute();
  };
