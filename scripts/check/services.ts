import { existsSync, readFileSync } from "node:fs";
import { FailedStep } from "../fail.ts";
import { findChromium, findHaproxy, findPostgres, findRedis, LEAST, type Tool } from "../find-tools.ts";
import { run } from "../run.ts";

type Needed = { name: string; find: () => Tool | undefined; debian: string[]; brew: string };

const NEEDED: Needed[] = [
  {
    name: `redis-server ${LEAST.redis} or newer`,
    find: findRedis,
    debian: ["redis-server"],
    brew: "redis",
  },
  {
    name: `Postgres ${LEAST.postgres} or newer`,
    find: findPostgres,
    debian: ["postgresql"],
    brew: "postgresql@17",
  },
  {
    name: `HAProxy ${LEAST.haproxy} or newer`,
    find: findHaproxy,
    debian: ["haproxy"],
    brew: "haproxy",
  },
  {
    name: "Chromium",
    find: findChromium,
    debian: ["chromium", "fonts-liberation"],
    brew: "--cask google-chrome",
  },
];

const INSTALL_WITHIN_MS = 8 * 60_000;

const missing = (): Needed[] => NEEDED.filter(({ find }) => !find());

const canInstall = (): boolean => {
  if (process.getuid?.() !== 0 || !Bun.which("apt-get") || !existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
};

const aptGet = (args: string[]) =>
  run(["apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", ...args], {
    // Runlevel 1 keeps the packages from starting their daemons: the tests start their own.
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    timeoutMs: INSTALL_WITHIN_MS,
  });

const howToGet = (needed: Needed[]): string => {
  const names = needed.map(({ name }) => name).join(", ");
  const debian = needed.flatMap((one) => one.debian).join(" ");
  const brew = needed.map((one) => `brew install ${one.brew}`).join(" && ");
  return `Missing: ${names}. Debian: sudo apt-get install -y ${debian} · macOS: ${brew}`;
};

/**
 * Makes sure of the programs that the tests run for real; on Debian, as root, installs them.
 * Answers what there is. @throws FailedStep with one line on what is missing and how to get it
 */
export const ensureServices = async (): Promise<string> => {
  const needed = missing();
  if (needed.length > 0 && canInstall()) {
    console.error(`Installing ${needed.flatMap((one) => one.debian).join(", ")} …`);
    // A source that can't be reached fails the update, and what we need may still be there.
    const updated = await aptGet(["update"]);
    const installed = await aptGet([
      "install",
      "-y",
      "--no-install-recommends",
      ...needed.flatMap((one) => one.debian),
    ]);
    const still = missing();
    if (still.length > 0) throw new FailedStep(howToGet(still), `${updated.output}${installed.output}`);
  } else if (needed.length > 0) {
    throw new FailedStep(howToGet(needed));
  }
  return NEEDED.map(({ name, find }) => `${name.split(" ")[0]} ${find()?.version}`).join(", ");
};
