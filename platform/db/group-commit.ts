import { type Kysely, sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import type { Database } from "./schema.ts";

/** So much work in one transaction at most: what waits behind it should not wait long. */
const MOST = 64;

type Job = {
  /** Does the work; the answer tells its caller, once it is on the disk. */
  run(tx: Tx): Promise<() => void>;
  reject(error: unknown): void;
};

/**
 * Group commit: what comes at the same time shares one transaction, and with it the one wait for the disk, which takes
 * longer than the work. Each piece of work stands in a savepoint of its own, so that one that fails takes back nothing of
 * the others, and nobody is answered before all of it is on the disk.
 */
export const createGroupCommit = (db: Kysely<Database>): Db["change"] => {
  const waiting: Job[] = [];
  let isCommitting = false;

  const commit = async (jobs: readonly Job[]): Promise<void> => {
    try {
      const tells = await db.transaction().execute(async (tx) => {
        const [only, ...others] = jobs;
        if (only !== undefined && others.length === 0) return [await only.run(tx)];
        const done: (() => void)[] = [];
        for (const job of jobs) done.push(await inSavepoint(tx, job));
        return done;
      });
      for (const tell of tells) tell();
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    }
  };

  const commitAll = async (): Promise<void> => {
    isCommitting = true;
    while (waiting.length > 0) {
      // All that has come in this turn of the loop gets here before the transaction begins.
      await new Promise((resolve) => setImmediate(resolve));
      await commit(waiting.splice(0, MOST));
    }
    isCommitting = false;
  };

  return (work) => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
    waiting.push({
      run: async (tx) => {
        const result = await work(tx);
        return () => resolve(result);
      },
      reject,
    });
    if (!isCommitting) void commitAll();
    return promise;
  };
};

const inSavepoint = async (tx: Tx, job: Job): Promise<() => void> => {
  await sql`savepoint job`.execute(tx);
  try {
    const tell = await job.run(tx);
    await sql`release job`.execute(tx);
    return tell;
  } catch (error) {
    await sql`rollback to job`.execute(tx);
    await sql`release job`.execute(tx);
    return () => job.reject(error);
  }
};
