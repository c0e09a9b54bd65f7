import { existsSync, writeFileSync } from "node:fs";
import { fail } from "./fail.ts";
import { fingerprint, readStamp } from "./fingerprint.ts";
import { underLock } from "./lock.ts";
import { fromRoot } from "./paths.ts";
import { runBun } from "./run.ts";

const STAMP = "node_modules/.artel-stamp";
const UNREACHABLE =
  /ConnectionRefused|ConnectionClosed|ConnectionReset|ENOTFOUND|EAI_AGAIN|DNS|FailedToOpenSocket|Unable to connect|NetworkUnreachable|Timeout|CERT/i;

const wanted = (): string =>
  fingerprint({
    files: ["package.json", "bun.lock"],
    folders: [],
    salt: `${process.platform}-${process.arch}-${Bun.version}`,
  });

const installed = (): boolean => readStamp(STAMP) === wanted();

/** Installs the packages of bun.lock unless they are there; true if it had to. Ends the process if it can't. */
export const installPackages = async (): Promise<boolean> => {
  if (installed()) return false;
  return await underLock("install", async () => {
    if (installed()) return false;
    console.error("Installing packages …");
    const result = await runBun(["install", "--frozen-lockfile", "--no-progress"]);
    if (!result.ok || !existsSync(fromRoot("node_modules"))) {
      if (UNREACHABLE.test(result.output)) {
        fail(
          "Can't install the packages: the package registry is out of reach. Connect to the network and start again.",
        );
      }
      console.error(result.output.trim());
      fail(
        `Can't install the packages: "bun install" ended with ${result.exitCode}; what it printed is above.`,
      );
    }
    writeFileSync(fromRoot(STAMP), wanted());
    return true;
  });
};
