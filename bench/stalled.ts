import { runBenches } from "./lib/bench.ts";
import type { BenchOptions } from "./lib/options.ts";
import { publishAtRate } from "./lib/pace.ts";
import { ARTEL } from "./lib/servers.ts";
import { median } from "./lib/stats.ts";
import { num, printTable } from "./lib/table.ts";
import { newTenants, spread, withTrial } from "./lib/trial.ts";

const SOCKETS = 200;
/** Sockets that never read: one in a hundred. */
const STALLED = 2;
const RATE = 1_000;
/** Multiplies `--seconds`: long enough to fill the kernel's and the server's buffers twice. */
const DURATION_FACTOR = 4;
const GOAL_SHARE = 1.2;

type StalledRun = { readonly p50: number; readonly p99: number; readonly lost: number; readonly closed: number };

const runOnce = (options: BenchOptions, stalled: number): Promise<StalledRun> => {
  const tenants = newTenants(1);
  return withTrial(ARTEL, tenants, options.profiles, async ({ listener, publisher, server }) => {
    const sockets = await ARTEL.joinMessages(spread(tenants, SOCKETS));
    const reading = SOCKETS - stalled;
    await listener.connect({ port: server.port, protocol: ARTEL.protocol, sockets, stalled });
    await publishAtRate(publisher, tenants, RATE, RATE);
    await listener.settle(RATE * reading);
    await listener.reset();
    const events = Math.ceil(RATE * options.seconds * DURATION_FACTOR);
    await publishAtRate(publisher, tenants, RATE, events);
    await listener.settle(events * reading);
    const { counts, latency } = await listener.report();
    const received = counts.slice(0, reading);
    const metrics = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    return {
      p50: latency.p50,
      p99: latency.p99,
      lost: received.reduce((sum, count) => sum + Math.abs(events - count), 0),
      closed: Number(/^wss_slow_consumers_total (\d+)$/m.exec(metrics)?.[1] ?? 0),
    };
  });
};

/** Measures how sockets that never read affect the others. */
export const measureStalled = async (options: BenchOptions) => {
  const runs: Record<"without" | "with", StalledRun[]> = { without: [], with: [] };
  for (let round = 0; round < options.rounds; round++) {
    runs.without.push(await runOnce(options, 0));
    runs.with.push(await runOnce(options, STALLED));
  }
  const middle = (of: readonly StalledRun[], pick: (run: StalledRun) => number) => median(of.map(pick));
  const row = (name: string, of: readonly StalledRun[]) => [
    name,
    num(middle(of, (run) => run.p50)),
    num(middle(of, (run) => run.p99)),
    String(Math.max(...of.map((run) => run.lost))),
    String(Math.min(...of.map((run) => run.closed))),
  ];
  const share = middle(runs.with, (run) => run.p99) / middle(runs.without, (run) => run.p99);
  if ([...runs.with, ...runs.without].some(({ lost }) => lost > 0)) process.exitCode = 1;
  if (options.json) return { share, runs };
  printTable(
    `${SOCKETS} sockets, ${RATE} events/s to each`,
    ["", "p50 ms", "p99 ms", "lost or doubled", "closed"],
    [row("all read", runs.without), row(`${STALLED} never read: the others`, runs.with)],
  );
  const isMet = share <= GOAL_SHARE;
  if (!options.quick)
    console.log(
      `goal: p99 of the others at most ${GOAL_SHARE} times as long: ${num(share)}, ${isMet ? "met" : "MISSED"}`,
    );
  return { share, runs };
};

if (import.meta.main) await runBenches({ stalled: { measure: measureStalled, needsProc: true } });
