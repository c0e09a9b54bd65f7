import { type Kysely, sql } from "kysely";
import type { DialectName } from "../db.ts";

/** Each log consumer's place in each tenant's log; the relay's moves here from `tenant_heads.relayed_seq`. */
export const consumerCursors =
  (dialect: DialectName) =>
  async (db: Kysely<unknown>): Promise<void> => {
    const text = dialect === "postgres" ? sql`text collate "C"` : sql`text`;
    const integer = dialect === "postgres" ? sql`bigint` : sql`integer`;

    await db.schema
      .createTable("consumers")
      .addColumn("name", text, (column) => column.primaryKey().notNull())
      .addColumn("registered_at", text, (column) => column.notNull())
      .addColumn("held_at", text)
      .execute();
    await db.schema
      .createTable("consumer_cursors")
      .addColumn("consumer", text, (column) => column.notNull().references("consumers.name").onDelete("cascade"))
      .addColumn("tenant_id", text, (column) => column.notNull())
      .addColumn("epoch", text, (column) => column.notNull())
      .addColumn("seq", integer, (column) => column.notNull())
      .addPrimaryKeyConstraint("consumer_cursors_key", ["consumer", "tenant_id"])
      .execute();

    const now = new Date().toISOString();
    // Without tenants there is nothing to carry over; a relay that has cursors registers itself.
    await sql`
      insert into consumers (name, registered_at)
      select 'relay', ${now} where exists (select 1 from tenant_heads)`.execute(db);
    await sql`
      insert into consumer_cursors (consumer, tenant_id, epoch, seq)
      select 'relay', tenant_id, epoch, relayed_seq from tenant_heads`.execute(db);

    // SQLite drops no column that an index names.
    await db.schema.dropIndex("tenant_heads_unrelayed").execute();
    await db.schema.alterTable("tenant_heads").dropColumn("relayed_seq").execute();
    await db.schema.createIndex("tenant_heads_updated").on("tenant_heads").column("updated_at").execute();
    // Until this version a new epoch deleted all earlier events, so every event that is here belongs to the current
    // one.
    await db.schema
      .alterTable("tenant_heads")
      .addColumn("epoch_base", integer, (column) => column.notNull().defaultTo(0))
      .execute();
  };
