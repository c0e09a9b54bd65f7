import { Kysely, PostgresDialect } from "kysely";
import { Pool, TypeOverrides } from "pg";
import type { Log } from "../log/log.ts";
import { DatabaseError, type Db } from "./db.ts";
import { migrateToLatest } from "./migrate.ts";
import { withRetries } from "./retry.ts";
import type { Database } from "./schema.ts";

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** `bigint`: seq and counts stay far below 2^53. */
const INT8 = 20;

const options = (url: string) => {
  const types = new TypeOverrides();
  types.setTypeParser(INT8, Number);
  return {
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    application_name: "artel",
    types,
  };
};

/** Opens a Postgres database. @throws DatabaseError when it can't be reached. */
export const openPostgres = async (url: string, log: Log): Promise<Db> => {
  const pool = new Pool(options(url));
  // Without a listener the loss of an idle connection would end the process.
  pool.on("error", (err) => log.warn({ err }, "a connection to Postgres was lost"));
  await pool.query("select 1").catch(async (error: unknown) => {
    await pool.end();
    throw new DatabaseError(`DATABASE_URL: Postgres can't be reached (${reasonOf(error)})`);
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    dialect: "postgres",
    write: db,
    read: db,
    change: (work) => withRetries(() => db.transaction().execute(work)),
    migrate: () => migrateToLatest(db, "postgres"),
    close: () => db.destroy(),
  };
};

const reasonOf = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(reasonOf).join("; ")
    : error instanceof Error
      ? error.message
      : String(error);
