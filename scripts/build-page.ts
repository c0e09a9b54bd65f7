import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { FailedStep } from "./fail.ts";
import { fingerprint, readStamp } from "./fingerprint.ts";
import { underLock } from "./lock.ts";
import { fromRoot } from "./paths.ts";
import { runBun } from "./run.ts";

const PAGE = "dist/web";
const STAMP = "dist/web.stamp";

const sourceFingerprint = (): string =>
  fingerprint({
    files: ["package.json", "bun.lock", "tsconfig.json"],
    folders: ["web", "client", "shared"],
    salt: "1",
  });

const isUpToDate = (): boolean => existsSync(fromRoot(PAGE, "index.html")) && readStamp(STAMP) === sourceFingerprint();

/**
 * Builds the page into dist/web unless the same sources are already built. Returns whether it built. @throws FailedStep
 */
export const buildPage = async (): Promise<boolean> => {
  if (isUpToDate()) return false;
  return await underLock("page", async () => {
    if (isUpToDate()) return false;
    console.error("Building the page …");
    const stamp = sourceFingerprint();
    const fresh = `dist/web.new-${process.pid}`;
    const old = `dist/web.old-${process.pid}`;
    mkdirSync(fromRoot("dist"), { recursive: true });
    const result = await runBun(
      [
        "node_modules/vite/bin/vite.js",
        ...["build", "web", "--outDir", fromRoot(fresh), "--emptyOutDir", "--logLevel", "warn"],
      ],
      { env: { NODE_ENV: "production" } },
    );
    if (!result.ok) {
      rmSync(fromRoot(fresh), { recursive: true, force: true });
      throw new FailedStep("Can't build the page; see Vite's output above.", result.output);
    }
    // The finished folder replaces the old one at once, so that a running server never serves half of a page.
    rmSync(fromRoot(STAMP), { force: true });
    if (existsSync(fromRoot(PAGE))) renameSync(fromRoot(PAGE), fromRoot(old));
    renameSync(fromRoot(fresh), fromRoot(PAGE));
    rmSync(fromRoot(old), { recursive: true, force: true });
    writeFileSync(fromRoot(STAMP), stamp);
    return true;
  });
};
