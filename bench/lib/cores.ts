import { readFileSync } from "node:fs";

export type Cores = {
  /** A core list for `taskset -c`; `null` where pinning is not possible. */
  readonly server: string | null;
  readonly clients: string | null;
};

const allowedCores = (): number[] => {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
    return list.split(",").flatMap((range) => {
      const [from = 0, to = from] = range.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
  } catch {
    return [];
  }
};

const split = (): Cores => {
  const allowed = allowedCores();
  const last = allowed.at(-1);
  if (last === undefined || allowed.length < 2 || Bun.which("taskset") === null) return { server: null, clients: null };
  return { server: String(last), clients: allowed.slice(0, -1).join(",") };
};

/** The server under test gets the last core; Redis, publisher and listener share the others. */
export const CORES = split();

/** Pins this process, the publisher, away from the server's core. */
export const pinSelf = (): void => {
  if (CORES.clients !== null) Bun.spawnSync(["taskset", "-apc", CORES.clients, String(process.pid)]);
};
