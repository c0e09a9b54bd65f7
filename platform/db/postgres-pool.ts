import type { Pool } from "pg";
import { errorMessage } from "../log/error-message.ts";
import type { Log } from "../log/log.ts";

/** Listens to connection errors: an unhandled `error` event would end the process. */
export const guardConnections = (pool: Pool, log: Log): void => {
  pool.on("error", (error) => log.warn({ reason: errorMessage(error) }, "a connection to Postgres was lost"));
  // A query in progress rejects by itself.
  pool.on("connect", (client) => void client.on("error", () => {}));
};
