import { existsSync, readFileSync } from "node:fs";
import { FailedStep } from "../fail.ts";
import { findChromium, findHaproxy, findPostgres, findRedis, MINIMUM_VERSION, type Tool } from "../find-tools.ts";
import { run } from "../run.ts";

type Service = { name: string; find: () => Tool | undefined; debian: string[]; brew: string };

const SERVICES: Service[] = [
  {
    name: `redis-server ${MINIMUM_VERSION.redis} or newer`,
    find: findRedis,
    debian: ["redis-server"],
    brew: "redis",
  },
  {
    name: `Postgres ${MINIMUM_VERSION.postgres} or newer`,
    find: findPostgres,
    debian: ["postgresql"],
    brew: "postgresql@17",
  },
  {
    name: `HAProxy ${MINIMUM_VERSION.haproxy} or newer`,
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

const INSTALL_TIME_LIMIT_MS = 8 * 60_000;

const missingServices = (): Service[] => SERVICES.filter(({ find }) => !find());

const canInstall = (): boolean => {
  if (process.getuid?.() !== 0 || !Bun.which("apt-get") || !existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
};

const aptGet = (args: string[]) =>
  run(["apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", ...args], {
    // Runlevel 1 keeps the packages from starting their daemons; the tests start their own.
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    timeoutMs: INSTALL_TIME_LIMIT_MS,
  });

const installHint = (missing: Service[]): string => {
  const names = missing.map(({ name }) => name).join(", ");
  const debian = missing.flatMap((one) => one.debian).join(" ");
  const brew = missing.map((one) => `brew install ${one.brew}`).join(" && ");
  return `Missing: ${names}. Debian: sudo apt-get install -y ${debian} · macOS: ${brew}`;
};

/**
 * Checks for the programs that the tests start, and as root on Debian installs the missing ones. Returns their
 * versions.
 * @throws FailedStep with one line that names the missing programs and how to install them
 */
export const ensureServices = async (): Promise<string> => {
  const missing = missingServices();
  if (missing.length > 0 && canInstall()) {
    console.error(`Installing ${missing.flatMap((one) => one.debian).join(", ")} …`);
    // One unreachable source fails the update although the packages may still be available.
    const updated = await aptGet(["update"]);
    const installed = await aptGet([
      "install",
      "-y",
      "--no-install-recommends",
      ...missing.flatMap((one) => one.debian),
    ]);
    const still = missingServices();
    if (still.length > 0) throw new FailedStep(installHint(still), `${updated.output}${installed.output}`);
  } else if (missing.length > 0) {
    throw new FailedStep(installHint(missing));
  }
  return SERVICES.map(({ name, find }) => `${name.split(" ")[0]} ${find()?.version}`).join(", ");
};
