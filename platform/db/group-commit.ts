import { type Kysely, sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import type { Database } from "./schema.ts";

/** Bounds the wait of the jobs behind a transaction. */
const MAX_JOBS_PER_TRANSACTION = 64;

type Job = {
  /** Runs the work. The returned function resolves the caller; call it after the commit. */
  run(tx: Tx): Promise<() => void>;
  reject(error: unknown): void;
};

/**
 * Group commit: concurrent jobs share one transaction and its fsync, which takes longer than the jobs. Each job has its
 * own savepoint, so a failing job rolls back only its own work. Callers resolve after the commit is durable.
 */
export const createGroupCommit = (db: Kysely<Database>): Db["change"] => {
  const queue: Job[] = [];
  let isCommitting = false;

  const commit = async (jobs: readonly Job[]): Promise<void> => {
    try {
      const resolvers = await db.transaction().execute(async (tx) => {
        const [only, ...others] = jobs;
        if (only !== undefined && others.length === 0) return [await only.run(tx)];
        const resolvers: (() => void)[] = [];
        for (const job of jobs) resolvers.push(await inSavepoint(tx, job));
        return resolvers;
      });
      for (const resolve of resolvers) resolve();
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    }
  };

  const commitAll = async (): Promise<void> => {
    isCommitting = true;
    while (queue.length > 0) {
      // Lets all jobs of this turn of the event loop enter the queue before the transaction begins.
      await new Promise((resolve) => setImmediate(resolve));
      await commit(queue.splice(0, MAX_JOBS_PER_TRANSACTION));
    }
    isCommitting = false;
  };

  return (work) => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
    queue.push({
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
    const resolve = await job.run(tx);
    await sql`release job`.execute(tx);
    return resolve;
  } catch (error) {
    await sql`rollback to job`.execute(tx);
    await sql`release job`.execute(tx);
    return () => job.reject(error);
  }
};
