import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { fromRoot } from "./paths.ts";

const WAIT_MS = 10 * 60_000;

/**
 * Runs `work` while no other process of this checkout is inside the same lock; waits up to ten minutes for its turn.
 * The lock is SQLite's on an empty file: the system drops it with the process that held it, so none goes stale.
 */
export const underLock = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
  mkdirSync(fromRoot(".artel"), { recursive: true });
  const lock = new Database(fromRoot(".artel", `${name}.lock`), { create: true });
  try {
    lock.run(`PRAGMA busy_timeout = ${WAIT_MS}`);
    lock.run("BEGIN EXCLUSIVE");
    return await work();
  } finally {
    lock.close();
  }
};
