import { existsSync, writeFileSync } from "node:fs";
import { FailedStep } from "./fail.ts";
import { fingerprint, readStamp } from "./fingerprint.ts";
import { underLock } from "./lock.ts";
import { fromRoot } from "./paths.ts";
import { runBun } from "./run.ts";

const STAMP = "node_modules/.artel-stamp";
const UNREACHABLE =
  /ConnectionRefused|ConnectionClosed|ConnectionReset|ENOTFOUND|EAI_AGAIN|DNS|FailedToOpenSocket|Unable to connect|NetworkUnreachable|Timeout|CERT/i;

const OFFLINE =
  "Can't install the packages: the package registry is unreachable. Connect to the network and start again.";

const lockFingerprint = (): string =>
  fingerprint({
    files: ["package.json", "bun.lock"],
    folders: [],
    salt: `${process.platform}-${process.arch}-${Bun.version}`,
  });

const isUpToDate = (): boolean => readStamp(STAMP) === lockFingerprint();

/** Installs the packages of bun.lock unless they are installed. Returns whether it installed. @throws FailedStep */
export const installPackages = async (): Promise<boolean> => {
  if (isUpToDate()) return false;
  return await underLock("install", async () => {
    if (isUpToDate()) return false;
    console.error("Installing packages …");
    const result = await runBun(["install", "--frozen-lockfile", "--no-progress"]);
    if (!result.ok || !existsSync(fromRoot("node_modules"))) {
      if (UNREACHABLE.test(result.output)) throw new FailedStep(OFFLINE);
      throw new FailedStep(
        `Can't install the packages: "bun install" ended with ${result.exitCode}; see its output above.`,
        result.output,
      );
    }
    writeFileSync(fromRoot(STAMP), lockFingerprint());
    return true;
  });
};
