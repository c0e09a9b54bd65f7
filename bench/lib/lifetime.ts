import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromRoot } from "../../scripts/paths.ts";

type Stop = () => Promise<void> | void;

const owned = new Set<Stop>();

/** Has `stop` called when the bench ends, however it ends, the newest first; the answer forgets it. */
export const own = (stop: Stop): (() => void) => {
  owned.add(stop);
  return () => void owned.delete(stop);
};

const stopAll = async (): Promise<void> => {
  for (const stop of [...owned].reverse()) {
    owned.delete(stop);
    try {
      await stop();
    } catch (error) {
      console.error(`what a bench has started did not end cleanly: ${String(error)}`);
    }
  }
};

const ownFolder = (folder: string): string => {
  own(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
};

export const temporaryFolder = (purpose: string): string =>
  ownFolder(mkdtempSync(join(tmpdir(), `artel-bench-${purpose}-`)));

/** Inside node_modules, so that what is built there for Node finds its packages. */
export const buildFolder = (): string => {
  const cache = fromRoot("node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  return ownFolder(mkdtempSync(join(cache, "artel-bench-")));
};

/** Runs `work` and ends the process: at the latest after `limitMs`, and with all that was started gone. */
export const runToEnd = async (limitMs: number, work: () => Promise<void>): Promise<never> => {
  const end = async (exitCode: number): Promise<never> => {
    setTimeout(() => process.exit(exitCode || 1), 10_000);
    await stopAll();
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
    console.error(error instanceof Error ? error.message : String(error));
    return await end(1);
  }
};
