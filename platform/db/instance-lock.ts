import { Database as SqliteFile } from "bun:sqlite";
import { DatabaseError } from "./db.ts";

/**
 * Claims a SQLite database for one process: two without a common bus would not hear each other.
 * The claim is a lock of the operating system on a file beside the database, so it ends with the process, however that ends.
 * @throws DatabaseError when another process holds it.
 */
export const claimDatabase = (databasePath: string): { release(): void } => {
  const file = new SqliteFile(`${databasePath}.lock`, { create: true, readwrite: true });
  try {
    file.run("pragma locking_mode = exclusive");
    file.run("begin exclusive");
  } catch {
    file.close();
    throw new DatabaseError(
      `Another Artel already runs on ${databasePath}; set REDIS_URL on both, or another DATA_DIR`,
    );
  }
  return { release: () => file.close() };
};
