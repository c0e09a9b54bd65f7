import { afterAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Stop = () => Promise<void> | void;

const owned = new Set<Stop>();

/** Registers `stop` for the end of the test file, however it ends; the newest runs first. Returns the undo. */
export const own = (stop: Stop): (() => void) => {
  owned.add(stop);
  return () => void owned.delete(stop);
};

/** Calls all registered stops; throws the first error after all of them ran. */
export const stopAll = async (): Promise<void> => {
  const failures: unknown[] = [];
  for (const stop of [...owned].reverse()) {
    owned.delete(stop);
    try {
      await stop();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};

/** Creates a folder that is removed when the test file ends. */
export const temporaryFolder = (purpose: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `artel-${purpose}-`));
  own(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
};

// At module level: Bun runs an afterAll registered in a beforeAll or a test too early, and runs no exit handlers.
afterAll(stopAll, 60_000);
