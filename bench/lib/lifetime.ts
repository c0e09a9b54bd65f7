import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorMessage } from "../../scripts/fail.ts";
import { fromRoot } from "../../scripts/paths.ts";

type Cleanup = () => Promise<void> | void;

const cleanups = new Set<Cleanup>();

/**
 * Registers a function to call when the bench ends in any way, the newest first. Returns a function that unregisters
 * it.
 */
export const addCleanup = (cleanup: Cleanup): (() => void) => {
  cleanups.add(cleanup);
  return () => void cleanups.delete(cleanup);
};

const runCleanups = async (): Promise<void> => {
  for (const cleanup of [...cleanups].reverse()) {
    cleanups.delete(cleanup);
    try {
      await cleanup();
    } catch (error) {
      console.error(`cleaning up failed: ${String(error)}`);
    }
  }
};

const removeAtEnd = (folder: string): string => {
  addCleanup(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
};

export const temporaryFolder = (purpose: string): string =>
  removeAtEnd(mkdtempSync(join(tmpdir(), `artel-bench-${purpose}-`)));

/** Inside node_modules, so that Node resolves the packages of a built file. */
export const buildFolder = (): string => {
  const cache = fromRoot("node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  return removeAtEnd(mkdtempSync(join(cache, "artel-bench-")));
};

/** Runs `work`, cleans up and exits the process, at the latest after `limitMs`. */
export const runToEnd = async (limitMs: number, work: () => Promise<void>): Promise<never> => {
  const end = async (exitCode: number): Promise<never> => {
    setTimeout(() => process.exit(exitCode || 1), 10_000);
    await runCleanups();
    process.exit(exitCode);
  };
  process.once("SIGINT", () => void end(130));
  process.once("SIGTERM", () => void end(143));
  process.once("unhandledRejection", (error) => {
    console.error(error);
    void end(1);
  });
  const late = Bun.sleep(limitMs).then(() => {
    throw new Error(`the bench was not done within ${limitMs / 1000} s`);
  });
  try {
    await Promise.race([work(), late]);
    return await end(Number(process.exitCode ?? 0));
  } catch (error) {
    console.error(errorMessage(error));
    return await end(1);
  }
};
