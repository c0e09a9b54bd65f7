import { type ColumnDefinitionBuilder, type Kysely, sql } from "kysely";
import type { DialectName } from "../db.ts";

/** Accounts, teams, boards, the event log. */
export const foundation =
  (dialect: DialectName) =>
  async (db: Kysely<unknown>): Promise<void> => {
    // Ranks, ids and folded text sort and compare in byte order, whatever the locale of a Postgres cluster.
    const text = dialect === "postgres" ? sql`text collate "C"` : sql`text`;
    const integer = dialect === "postgres" ? sql`bigint` : sql`integer`;
    const date = dialect === "postgres" ? sql`timestamptz` : sql`date`;
    const boolean = dialect === "postgres" ? sql`boolean` : sql`integer`;
    const required = (column: ColumnDefinitionBuilder) => column.notNull();
    const key = (column: ColumnDefinitionBuilder) => column.primaryKey().notNull();
    const owned = (target: string) => (column: ColumnDefinitionBuilder) =>
      column.notNull().references(target).onDelete("cascade");

    await db.schema
      .createTable("users")
      .addColumn("id", text, key)
      .addColumn("name", text, required)
      .addColumn("email", text, (column) => column.notNull().unique())
      .addColumn("emailVerified", boolean, required)
      .addColumn("image", text)
      .addColumn("createdAt", date, required)
      .addColumn("updatedAt", date, required)
      .execute();
    await db.schema
      .createTable("sessions")
      .addColumn("id", text, key)
      .addColumn("expiresAt", date, required)
      .addColumn("token", text, (column) => column.notNull().unique())
      .addColumn("createdAt", date, required)
      .addColumn("updatedAt", date, required)
      .addColumn("ipAddress", text)
      .addColumn("userAgent", text)
      .addColumn("userId", text, owned("users.id"))
      .execute();
    await db.schema.createIndex("sessions_user").on("sessions").column("userId").execute();
    await db.schema
      .createTable("accounts")
      .addColumn("id", text, key)
      .addColumn("accountId", text, required)
      .addColumn("providerId", text, required)
      .addColumn("userId", text, owned("users.id"))
      .addColumn("accessToken", text)
      .addColumn("refreshToken", text)
      .addColumn("idToken", text)
      .addColumn("accessTokenExpiresAt", date)
      .addColumn("refreshTokenExpiresAt", date)
      .addColumn("scope", text)
      .addColumn("password", text)
      .addColumn("createdAt", date, required)
      .addColumn("updatedAt", date, required)
      .execute();
    await db.schema.createIndex("accounts_user").on("accounts").column("userId").execute();
    await db.schema
      .createTable("verifications")
      .addColumn("id", text, key)
      .addColumn("identifier", text, required)
      .addColumn("value", text, required)
      .addColumn("expiresAt", date, required)
      .addColumn("createdAt", date, required)
      .addColumn("updatedAt", date, required)
      .execute();
    await db.schema.createIndex("verifications_identifier").on("verifications").column("identifier").execute();
    await db.schema
      .createTable("api_keys")
      .addColumn("id", text, key)
      .addColumn("configId", text, required)
      .addColumn("name", text)
      .addColumn("start", text)
      .addColumn("referenceId", text, required)
      .addColumn("prefix", text)
      .addColumn("key", text, required)
      .addColumn("refillInterval", integer)
      .addColumn("refillAmount", integer)
      .addColumn("lastRefillAt", date)
      .addColumn("enabled", boolean)
      .addColumn("rateLimitEnabled", boolean)
      .addColumn("rateLimitTimeWindow", integer)
      .addColumn("rateLimitMax", integer)
      .addColumn("requestCount", integer)
      .addColumn("remaining", integer)
      .addColumn("lastRequest", date)
      .addColumn("expiresAt", date)
      .addColumn("createdAt", date, required)
      .addColumn("updatedAt", date, required)
      .addColumn("permissions", text)
      .addColumn("metadata", text)
      .execute();
    await db.schema.createIndex("api_keys_reference").on("api_keys").column("referenceId").execute();
    await db.schema.createIndex("api_keys_key").on("api_keys").column("key").execute();

    await db.schema
      .createTable("teams")
      .addColumn("id", text, key)
      .addColumn("name", text, required)
      .addColumn("created_at", text, required)
      .addColumn("updated_at", text, required)
      .addColumn("version", integer, required)
      .execute();
    await db.schema
      .createTable("members")
      .addColumn("team_id", text, owned("teams.id"))
      .addColumn("user_id", text, owned("users.id"))
      .addColumn("role", text, required)
      .addColumn("joined_at", text, required)
      .addColumn("version", integer, required)
      .addPrimaryKeyConstraint("members_key", ["team_id", "user_id"])
      .execute();
    await db.schema.createIndex("members_user").on("members").column("user_id").execute();
    await db.schema
      .createTable("invitations")
      .addColumn("id", text, key)
      .addColumn("team_id", text, owned("teams.id"))
      .addColumn("role", text, required)
      .addColumn("email", text)
      .addColumn("created_by", text, required)
      .addColumn("created_at", text, required)
      .addColumn("expires_at", text, required)
      .addColumn("accepted_at", text)
      .execute();
    await db.schema.createIndex("invitations_team").on("invitations").column("team_id").execute();
    await db.schema
      .createTable("boards")
      .addColumn("id", text, key)
      .addColumn("team_id", text, owned("teams.id"))
      .addColumn("name", text, required)
      .addColumn("description", text, required)
      .addColumn("rank", text, required)
      .addColumn("archived_at", text)
      .addColumn("created_at", text, required)
      .addColumn("updated_at", text, required)
      .addColumn("version", integer, required)
      .addUniqueConstraint("boards_rank", ["team_id", "rank"])
      .execute();
    await db.schema
      .createTable("columns")
      .addColumn("id", text, key)
      .addColumn("board_id", text, owned("boards.id"))
      .addColumn("team_id", text, required)
      .addColumn("name", text, required)
      .addColumn("color", text)
      .addColumn("wip_limit", integer)
      .addColumn("rank", text, required)
      .addColumn("created_at", text, required)
      .addColumn("updated_at", text, required)
      .addColumn("version", integer, required)
      .addUniqueConstraint("columns_rank", ["board_id", "rank"])
      .execute();
    await db.schema
      .createTable("labels")
      .addColumn("id", text, key)
      .addColumn("board_id", text, owned("boards.id"))
      .addColumn("team_id", text, required)
      .addColumn("name", text, required)
      .addColumn("color", text)
      .addColumn("version", integer, required)
      .execute();
    await db.schema.createIndex("labels_board").on("labels").column("board_id").execute();
    await db.schema
      .createTable("tasks")
      .addColumn("id", text, key)
      .addColumn("board_id", text, owned("boards.id"))
      .addColumn("column_id", text, owned("columns.id"))
      .addColumn("team_id", text, required)
      .addColumn("title", text, required)
      .addColumn("description", text, required)
      .addColumn("title_folded", text, required)
      .addColumn("description_folded", text, required)
      .addColumn("color", text)
      .addColumn("label_ids", text, required)
      .addColumn("assignee_ids", text, required)
      .addColumn("due_at", text)
      .addColumn("start_at", text)
      .addColumn("rank", text, required)
      .addColumn("archived_at", text)
      .addColumn("created_by", text, required)
      .addColumn("created_at", text, required)
      .addColumn("updated_at", text, required)
      .addColumn("version", integer, required)
      .addUniqueConstraint("tasks_rank", ["column_id", "rank"])
      .execute();
    await db.schema.createIndex("tasks_board").on("tasks").columns(["board_id", "rank", "id"]).execute();
    await db.schema.createIndex("tasks_team").on("tasks").column("team_id").execute();
    await db.schema
      .createTable("imports")
      .addColumn("id", text, key)
      .addColumn("team_id", text, owned("teams.id"))
      .addColumn("status", text, required)
      .addColumn("board_id", text)
      .addColumn("counts", text, required)
      .addColumn("error", text)
      .addColumn("created_by", text, required)
      .addColumn("created_at", text, required)
      .execute();

    await db.schema
      .createTable("created_ids")
      .addColumn("id", text, key)
      .addColumn("kind", text, required)
      .addColumn("parent_id", text, required)
      .addColumn("created_by", text, required)
      .execute();
    await db.schema
      .createTable("tenant_heads")
      .addColumn("tenant_id", text, key)
      .addColumn("epoch", text, required)
      .addColumn("seq", integer, required)
      .addColumn("relayed_seq", integer, (column) => column.notNull().defaultTo(0))
      .addColumn("updated_at", text, required)
      .execute();
    await sql`create index tenant_heads_unrelayed on tenant_heads (updated_at) where relayed_seq < seq`.execute(db);
    await db.schema
      .createTable("events")
      .addColumn("tenant_id", text, required)
      .addColumn("seq", integer, required)
      .addColumn("at", text, required)
      .addColumn("payload", text, required)
      .addPrimaryKeyConstraint("events_key", ["tenant_id", "seq"])
      .execute();
    await db.schema.createIndex("events_at").on("events").column("at").execute();
    await db.schema
      .createTable("idempotency_keys")
      .addColumn("user_id", text, owned("users.id"))
      .addColumn("key", text, required)
      .addColumn("tenant_id", text)
      .addColumn("fingerprint", text, required)
      .addColumn("status", integer, required)
      .addColumn("body", text, required)
      .addColumn("position", text)
      .addColumn("created_at", text, required)
      .addPrimaryKeyConstraint("idempotency_keys_key", ["user_id", "key"])
      .execute();
    await db.schema.createIndex("idempotency_keys_created").on("idempotency_keys").column("created_at").execute();
  };
