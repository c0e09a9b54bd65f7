import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "./schema.ts";

export type DialectName = "sqlite" | "postgres";

/** A connection or a transaction on it. */
export type Executor = Kysely<Database>;
export type Tx = Transaction<Database>;

/**
 * The database of a process. `read` gives snapshots that no writer waits for; on SQLite it is a connection of its own.
 */
export type Db = {
  readonly dialect: DialectName;
  readonly write: Kysely<Database>;
  readonly read: Kysely<Database>;
  /** Runs `work` in one transaction; anew when another transaction got in its way, so it must have no other effect. */
  change<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Brings the schema up to this version. @throws DatabaseError when the database is of a newer one. */
  migrate(): Promise<void>;
  /**
   * Claims a database file for this process: two without a common bus would not hear each other. The claim ends with the
   * process, however that ends, or by the answer. @throws DatabaseError when another process holds it.
   */
  claim?(): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** Why a database can't be used; `message` is the one line that people see. */
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
