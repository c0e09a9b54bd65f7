import { join } from "node:path";
import { loadConfig } from "../../platform/config/config.ts";
import type { Db } from "../../platform/db/db.ts";
import { openDb } from "../../platform/db/open-db.ts";
import { temporaryFolder } from "./lifetime.ts";

/** Creates an empty database; resolves to its `DATABASE_URL`. */
let makeDatabase = async (): Promise<string> => `sqlite:${join(temporaryFolder("database"), "artel.db")}`;

/** Makes the tests that load after this call use other databases. */
export const chooseDatabases = (make: () => Promise<string>): void => {
  makeDatabase = make;
};

export const newDatabaseUrl = (): Promise<string> => makeDatabase();

export const openDatabase = (url: string): Promise<Db> => openDb(loadConfig("all", { DATABASE_URL: url }).database);

/** Opens an empty database with the schema of this version. */
export const newDatabase = async (): Promise<Db> => {
  const db = await openDatabase(await makeDatabase());
  await db.migrate();
  return db;
};
