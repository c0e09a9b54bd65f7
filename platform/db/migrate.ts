import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { DatabaseError, type DialectName } from "./db.ts";
import { foundation } from "./migrations/0001-foundation.ts";
import { consumerCursors } from "./migrations/0002-consumer-cursors.ts";
import { comments } from "./migrations/0003-comments.ts";
import type { Database } from "./schema.ts";

const migrations = (dialect: DialectName): Record<string, Migration> => ({
  "0001-foundation": { up: foundation(dialect) },
  "0002-consumer-cursors": { up: consumerCursors(dialect) },
  "0003-comments": { up: comments(dialect) },
});

/**
 * Runs the pending migrations in order; there is no way back.
 * @throws DatabaseError when the database has a migration that this version does not know.
 */
export const migrateToLatest = async (db: Kysely<Database>, dialect: DialectName): Promise<void> => {
  const known = migrations(dialect);
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (tables.some((table) => table.name === "kysely_migration")) {
    const newer = (await appliedMigrations(db)).filter((name) => !Object.hasOwn(known, name));
    if (newer.length > 0) {
      throw new DatabaseError(
        `The database was written by a newer version (it has ${newer.join(", ")}); start that version`,
      );
    }
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new DatabaseError(
      `The database can't be migrated: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

const appliedMigrations = async (db: Kysely<Database>): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
};
