import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import { Pool, type PoolClient, TypeOverrides } from "pg";
import { errorMessage } from "../log/error-message.ts";
import type { Log } from "../log/log.ts";
import { DatabaseError, type Db } from "./db.ts";
import { migrateToLatest } from "./migrate.ts";
import { guardConnections } from "./postgres-pool.ts";
import { withRetries } from "./retry.ts";
import type { Database } from "./schema.ts";
import { isDatabaseUnavailable } from "./unavailable.ts";

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** For a connection that drops packets silently: the server's own timeout plus time for its answer. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;
/** The type id of `bigint`. It is parsed as a number: seq and counts stay far below 2^53. */
const INT8 = 20;

const options = (url: string) => {
  const types = new TypeOverrides();
  types.setTypeParser(INT8, Number);
  return {
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    application_name: "artel",
    types,
  };
};

/** Opens a Postgres database. @throws DatabaseError when it can't be reached. */
export const openPostgres = async (url: string, log: Log): Promise<Db> => {
  const pool = new Pool(options(url));
  guardConnections(pool, log);
  await pool.query("select 1").catch(async (error: unknown) => {
    await pool.end();
    throw new DatabaseError(`DATABASE_URL: Postgres can't be reached (${errorMessage(error)})`);
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: discardBroken(pool) }) });
  return {
    dialect: "postgres",
    write: db,
    read: db,
    change: (work) => withRetries(() => db.transaction().execute(work)),
    migrate: () => migrateToLatest(db, "postgres"),
    close: () => db.destroy(),
  };
};

/** Wraps the pool so that it closes a connection after an error that isDatabaseUnavailable recognizes. */
const discardBroken = (pool: Pool): PostgresPool => ({
  options: pool.options,
  end: () => pool.end(),
  connect: async () => watchQueries(await pool.connect()),
});

const watchQueries = (client: PoolClient): PostgresPoolClient => {
  let isBroken = false;
  const query = async (sql: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      isBroken ||= isDatabaseUnavailable(error);
      throw error;
    }
  };
  return Object.assign(Object.create(client), {
    query,
    release: (destroy?: boolean) => client.release(isBroken || destroy === true),
  });
};
