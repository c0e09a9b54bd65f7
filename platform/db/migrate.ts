import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { DatabaseError, type DialectName } from "./db.ts";
import { foundation } from "./migrations/0001-foundation.ts";
import type { Database } from "./schema.ts";

const migrations = (dialect: DialectName): Record<string, Migration> => ({
  "0001-foundation": { up: foundation(dialect) },
});

/**
 * Runs what is missing, in order, forward only.
 * @throws DatabaseError when the database knows a migration that this version does not.
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
