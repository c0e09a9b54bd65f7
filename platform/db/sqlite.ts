import { Database as SqliteFile } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import {
  CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from "kysely";
import { errorMessage } from "../log/error-message.ts";
import { DatabaseError, type Db } from "./db.ts";
import { createGroupCommit } from "./group-commit.ts";
import { migrateToLatest } from "./migrate.ts";
import type { Database } from "./schema.ts";

const BUSY_TIMEOUT_MS = 5_000;
const CACHED_STATEMENTS = 512;

/** BEGIN IMMEDIATE: a deferred transaction that reads before it writes fails with SQLITE_BUSY under contention. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }
}

/** Lets the migrator run all that is pending in one transaction with its record: a crash leaves nothing half-way. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  constructor(database: SqliteDatabase) {
    super({ database });
    this.#database = database;
  }
  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database });
  }
  override createAdapter(): DialectAdapter {
    return new TransactionalAdapter();
  }
}

/** Kysely prepares a statement for every query; Bun's `query` caches the compiled ones. */
const kyselyDatabase = (file: SqliteFile): SqliteDatabase => ({
  close: () => file.close(),
  prepare: (text) => {
    const statement = file.query(text);
    return {
      reader: statement.columnNames.length > 0,
      all: (parameters) => statement.all(...bindings(parameters)),
      run: (parameters) => statement.run(...bindings(parameters)),
      iterate: (parameters) => statement.iterate(...bindings(parameters)),
    };
  },
});

type Binding = string | number | bigint | null | Uint8Array;

/** better-auth passes booleans and dates, for which SQLite has no types. */
const bindings = (parameters: readonly unknown[]): Binding[] =>
  parameters.map((value) => {
    if (value === null || value === undefined) return null;
    if (typeof value === "boolean") return value ? 1 : 0;
    if (value instanceof Date) return value.toISOString();
    if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
    if (value instanceof Uint8Array) return value;
    throw new TypeError(`a ${typeof value} cannot be bound to a statement`);
  });

const connect = (path: string): SqliteFile => {
  const file = new SqliteFile(path, { create: true, readwrite: true });
  file.run(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  file.run("pragma journal_mode = wal");
  // FULL syncs the WAL before a commit returns, so an acknowledged commit survives a power loss.
  file.run("pragma synchronous = full");
  file.run("pragma foreign_keys = on");
  return file;
};

/** Opens a SQLite file; creates it and its folder if missing. @throws DatabaseError when that fails. */
export const openSqlite = (path: string): Db => {
  SqliteFile.MAX_QUERY_CACHE_SIZE = CACHED_STATEMENTS;
  let writer: SqliteFile;
  let reader: SqliteFile;
  try {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    writer = connect(path);
    reader = connect(path);
    reader.run("pragma query_only = on");
  } catch (error) {
    throw new DatabaseError(`DATABASE_URL: ${path} can't be opened (${errorMessage(error)}); is the folder writable?`);
  }
  const write = new Kysely<Database>({ dialect: new ImmediateDialect(kyselyDatabase(writer)) });
  const read = new Kysely<Database>({ dialect: new SqliteDialect({ database: kyselyDatabase(reader) }) });
  return {
    dialect: "sqlite",
    write,
    read,
    change: createGroupCommit(write),
    migrate: () => migrateToLatest(write, "sqlite"),
    claim: async () => claimFile(path),
    close: async () => {
      await read.destroy();
      await write.destroy();
    },
  };
};

/** Holds an exclusive SQLite lock on a file beside the database. */
const claimFile = (path: string): (() => Promise<void>) => {
  const file = new SqliteFile(`${path}.lock`, { create: true, readwrite: true });
  try {
    file.run("pragma locking_mode = exclusive");
    file.run("begin exclusive");
  } catch {
    file.close();
    throw new DatabaseError(`Another Artel already runs on ${path}; set REDIS_URL on both, or another DATA_DIR`);
  }
  return async () => file.close();
};
