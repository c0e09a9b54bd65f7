import { runBenches } from "./lib/bench.ts";
import type { BenchOptions } from "./lib/options.ts";
import { type Contestant, contestants, type RunningServer } from "./lib/servers.ts";
import { median } from "./lib/stats.ts";
import { num, printGoal, printTable } from "./lib/table.ts";
import { newTenants, spread, withTrial } from "./lib/trial.ts";
import { residentBytes } from "./lib/usage.ts";

/** Opened before the first measurement, so that it includes everything that the server needs for any socket. */
const SOCKETS_BEFORE = 1_000;
const COLLECTIONS = 4;
const GOAL_KB = 3;

type MemoryRun = {
  readonly server: string;
  /** Resident memory with the first sockets, and the growth per further socket, in bytes. */
  readonly atStart: number;
  readonly perConnection: number;
};

/** Allocators return memory a while after a collection, so the minimum of several readings is the memory in use. */
const settledMemory = async (server: RunningServer, pauseMs: number): Promise<number> => {
  const readings: number[] = [];
  for (let left = COLLECTIONS; left > 0; left--) {
    server.collectGarbage();
    await Bun.sleep(pauseMs);
    readings.push(residentBytes(server.pid));
  }
  return Math.min(...readings);
};

const runOnce = (contestant: Contestant, options: BenchOptions): Promise<MemoryRun> => {
  const tenants = newTenants(1);
  const pauseMs = options.quick ? 100 : 800;
  const before = options.quick ? 20 : SOCKETS_BEFORE;
  return withTrial(contestant, tenants, options.profiles, async ({ server, connect }) => {
    await connect(spread(tenants, before));
    const atStart = await settledMemory(server, pauseMs);
    await connect(spread(tenants, options.sockets));
    const atEnd = await settledMemory(server, pauseMs);
    return { server: contestant.name, atStart, perConnection: (atEnd - atStart) / options.sockets };
  });
};

/** Measures the memory of an idle subscribed connection on each server. */
export const measureMemory = async (options: BenchOptions) => {
  const servers = contestants(options.quick ? ["artel"] : options.servers);
  const runs: MemoryRun[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const contestant of servers) runs.push(await runOnce(contestant, options));
  }
  const medians = servers.map(({ name }): MemoryRun => {
    const ownRuns = runs.filter(({ server }) => server === name);
    return {
      server: name,
      atStart: median(ownRuns.map((run) => run.atStart)),
      perConnection: median(ownRuns.map((run) => run.perConnection)),
    };
  });
  if (!options.json) {
    printTable(
      `Memory of ${options.sockets} idle subscribed connections`,
      ["server", "KB/connection", "MB at start"],
      medians.map((run) => [run.server, num(run.perConnection / 1024), num(run.atStart / 1024 / 1024, 0)]),
    );
    const artel = medians.find(({ server }) => server === "artel");
    if (!options.quick && artel) printGoal("KB/connection", artel.perConnection / 1024, "at most", GOAL_KB);
  }
  return { sockets: options.sockets, medians, runs };
};

if (import.meta.main) await runBenches({ memory: { measure: measureMemory, needsProc: true } });
