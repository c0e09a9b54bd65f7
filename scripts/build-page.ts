import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { FailedStep } from "./fail.ts";
import { fingerprint, readStamp } from "./fingerprint.ts";
import { underLock } from "./lock.ts";
import { fromRoot } from "./paths.ts";
import { runBun } from "./run.ts";

const PAGE = "dist/web";
const STAMP = "dist/web.stamp";

const wanted = (): string =>
  fingerprint({
    files: ["package.json", "bun.lock", "tsconfig.json"],
    folders: ["web", "client", "shared"],
    salt: "1",
  });

const built = (): boolean => existsSync(fromRoot(PAGE, "index.html")) && readStamp(STAMP) === wanted();

/** Builds the page into dist/web unless what is there was made of the same files; true if it had to. @throws FailedStep */
export const buildPage = async (): Promise<boolean> => {
  if (built()) return false;
  return await underLock("page", async () => {
    if (built()) return false;
    console.error("Building the page …");
    const stamp = wanted();
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
      throw new FailedStep("Can't build the page; what Vite printed is above.", result.output);
    }
    // The finished folder takes the place of the old one at once: a server that runs never sees half of a page.
    rmSync(fromRoot(STAMP), { force: true });
    if (existsSync(fromRoot(PAGE))) renameSync(fromRoot(PAGE), fromRoot(old));
    renameSync(fromRoot(fresh), fromRoot(PAGE));
    rmSync(fromRoot(old), { recursive: true, force: true });
    writeFileSync(fromRoot(STAMP), stamp);
    return true;
  });
};
