import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "./schema.ts";

export type DialectName = "sqlite" | "postgres";

/** A connection or a transaction on it. */
export type Executor = Kysely<Database>;
export type Tx = Transaction<Database>;

/** The database of a process. Readers on `read` never block writers; on SQLite it is a separate connection. */
export type Db = {
  readonly dialect: DialectName;
  readonly write: Kysely<Database>;
  readonly read: Kysely<Database>;
  /**
   * Runs `work` in one transaction. Retries it after a conflict with another one, so `work` must have no other side
   * effects.
   */
  change<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Migrates the schema to this version. @throws DatabaseError when the database has a newer one. */
  migrate(): Promise<void>;
  /**
   * Locks the database file for this process: two processes without a common bus would miss each other's events. The
   * operating system releases the lock when the process ends; so does the returned function.
   * @throws DatabaseError when another process holds the lock.
   */
  claim?(): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** The database can't be used. `message` is printed to the operator as one line. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}

/** Runs `work` on one consistent snapshot. */
export const readSnapshot = <Result>(db: Db, work: (tx: Tx) => Promise<Result>): Promise<Result> => {
  const transaction = db.read.transaction();
  return db.dialect === "postgres"
    ? transaction.setIsolationLevel("repeatable read").setAccessMode("read only").execute(work)
    : transaction.execute(work);
};

/** Rejects when the database does not answer. */
export const probe = async (db: Db): Promise<void> => {
  await sql`select 1`.execute(db.read);
};
