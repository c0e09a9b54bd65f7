import type { Pool } from "pg";
import type { Log } from "../log/log.ts";

/** Without listeners the loss of a connection, idle or in use, would end the process. */
export const guardConnections = (pool: Pool, log: Log): void => {
  pool.on("error", (error) => log.warn({ reason: reasonOf(error) }, "a connection to Postgres was lost"));
  // The query that runs on it fails by itself.
  pool.on("connect", (client) => void client.on("error", () => {}));
};

/** What an error says, in one line. */
export const reasonOf = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(reasonOf).join("; ")
    : error instanceof Error
      ? error.message
      : String(error);
