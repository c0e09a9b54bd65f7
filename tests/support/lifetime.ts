import { afterAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Stop = () => Promise<void> | void;

const owned = new Set<Stop>();

/** Has `stop` called when the test file ends, however it ends, the newest first; returns a function that forgets it. */
export const own = (stop: Stop): (() => void) => {
  owned.add(stop);
  return () => void owned.delete(stop);
};

/** Stops all that is owned; throws what the first failing `stop` threw, after all were tried. */
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

/** A new folder that is removed when the test file ends. */
export const temporaryFolder = (purpose: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `artel-${purpose}-`));
  own(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
};

// At the module's top, because Bun runs an afterAll that a beforeAll or a test registers too early, and runs no exit handlers.
afterAll(stopAll, 60_000);
