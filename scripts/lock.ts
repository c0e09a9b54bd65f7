import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { fromRoot } from "./paths.ts";

const LOCK_TIMEOUT_MS = 10 * 60_000;

/**
 * Runs `work` under a lock that all processes of this checkout share; waits up to ten minutes for it.
 * The lock is SQLite's on an empty file: the operating system releases it with its process, so it never goes stale.
 */
export const underLock = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
  mkdirSync(fromRoot(".artel"), { recursive: true });
  const lock = new Database(fromRoot(".artel", `${name}.lock`), { create: true });
  try {
    lock.run(`PRAGMA busy_timeout = ${LOCK_TIMEOUT_MS}`);
    lock.run("BEGIN EXCLUSIVE");
    return await work();
  } finally {
    lock.close();
  }
};
