import type { DatabaseConfig } from "../config/config.ts";
import { type Log, silentLog } from "../log/log.ts";
import type { Db } from "./db.ts";

/** Opens the configured database. @throws DatabaseError */
export const openDb = async (config: DatabaseConfig, log: Log = silentLog): Promise<Db> => {
  if (config.kind === "postgres") return (await import("./postgres.ts")).openPostgres(config.url, log);
  return (await import("./sqlite.ts")).openSqlite(config.path);
};
