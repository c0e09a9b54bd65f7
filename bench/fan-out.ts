import { runBenches } from "./lib/bench.ts";
import type { BenchOptions } from "./lib/options.ts";
import { publishAtRate } from "./lib/pace.ts";
import { type Contestant, contestants } from "./lib/servers.ts";
import { median } from "./lib/stats.ts";
import { num, printGoal, printTable } from "./lib/table.ts";
import { newTenants, spread, withTrial } from "./lib/trial.ts";
import { cpuMicros } from "./lib/usage.ts";

type Scenario = {
  readonly name: string;
  readonly sockets: number;
  readonly tenants: number;
  /** Events per second, over all tenants. */
  readonly rate: number;
};

/** Artel's CPU time per delivery must not exceed this share of the peer's. */
type Goal = { readonly peer: string; readonly atMost: number };

const SCENARIOS: readonly (Scenario & { readonly goals: readonly Goal[] })[] = [
  {
    name: "1000x50",
    sockets: 1_000,
    tenants: 1,
    rate: 50,
    goals: [
      { peer: "ws", atMost: 0.6 },
      { peer: "socket.io", atMost: 0.45 },
    ],
  },
  { name: "100x2000", sockets: 100, tenants: 1, rate: 2_000, goals: [{ peer: "ws", atMost: 0.4 }] },
  { name: "5000x1000", sockets: 5_000, tenants: 1_000, rate: 2_000, goals: [] },
];

export type FanOutRun = {
  readonly server: string;
  /** CPU time of the server's process per delivery, in microseconds. */
  readonly cpuPerDelivery: number;
  /** The share of its core that the server used. */
  readonly busy: number;
  /** The same for the listener. Near 1 the listener was the bottleneck, and the latencies are its own. */
  readonly listenerBusy: number;
  readonly deliveries: number;
  readonly lost: number;
  readonly doubled: number;
  readonly closed: number;
  /** From publication to reception, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
};

/** The warm-up compiles the code and grows the heap, as in a server that has run for weeks. In events per second. */
const MIN_WARM_UP_RATE = 100;

const runOnce = (contestant: Contestant, scenario: Scenario, options: BenchOptions): Promise<FanOutRun> => {
  const tenants = newTenants(scenario.tenants);
  const sockets = spread(tenants, scenario.sockets);
  return withTrial(contestant, tenants, options.profiles, async ({ server, listener, publisher, connect }) => {
    await connect(sockets);
    // Every tenant gets the same number of events, so every socket must receive the same number.
    const inRounds = (events: number) => Math.ceil(events / scenario.tenants) * scenario.tenants;
    const publish = async (rate: number, events: number) => {
      await publishAtRate(publisher, tenants, rate, events);
      await listener.settle((events / scenario.tenants) * scenario.sockets);
    };
    const warmUpRate = Math.max(MIN_WARM_UP_RATE, scenario.rate);
    await publish(warmUpRate, inRounds(warmUpRate * Math.min(3, options.seconds)));
    await listener.reset();

    const events = inRounds(scenario.rate * options.seconds);
    const cpuBefore = cpuMicros(server.pid);
    const listenerBefore = cpuMicros(listener.pid);
    const started = performance.now();
    await publish(scenario.rate, events);
    const cpu = cpuMicros(server.pid) - cpuBefore;
    const listenerCpu = cpuMicros(listener.pid) - listenerBefore;
    const elapsed = (performance.now() - started) * 1_000;

    const { counts, latency, closed } = await listener.report();
    const due = events / scenario.tenants;
    const deliveries = counts.reduce((sum, count) => sum + count, 0);
    return {
      server: contestant.name,
      cpuPerDelivery: cpu / deliveries,
      busy: cpu / elapsed,
      listenerBusy: listenerCpu / elapsed,
      deliveries,
      lost: counts.reduce((sum, count) => sum + Math.max(0, due - count), 0),
      doubled: counts.reduce((sum, count) => sum + Math.max(0, count - due), 0),
      closed,
      p50: latency.p50,
      p99: latency.p99,
    };
  });
};

const mediansOf = (server: string, runs: readonly FanOutRun[]): FanOutRun => {
  const ownRuns = runs.filter((run) => run.server === server);
  const middle = (pick: (run: FanOutRun) => number) => median(ownRuns.map(pick));
  const worst = (pick: (run: FanOutRun) => number) => Math.max(...ownRuns.map(pick));
  return {
    server,
    cpuPerDelivery: middle((run) => run.cpuPerDelivery),
    busy: middle((run) => run.busy),
    listenerBusy: middle((run) => run.listenerBusy),
    deliveries: middle((run) => run.deliveries),
    lost: worst((run) => run.lost),
    doubled: worst((run) => run.doubled),
    closed: worst((run) => run.closed),
    p50: middle((run) => run.p50),
    p99: middle((run) => run.p99),
  };
};

type FullScenario = (typeof SCENARIOS)[number];

const small = (scenario: FullScenario): FullScenario => ({
  ...scenario,
  sockets: scenario.sockets / 20,
  tenants: Math.ceil(scenario.tenants / 20),
  rate: Math.min(scenario.rate, 200),
});

const print = (scenario: FullScenario, servers: readonly FanOutRun[], quick: boolean): void => {
  const costOf = (name: string) => servers.find(({ server }) => server === name)?.cpuPerDelivery ?? Number.NaN;
  printTable(
    `Fan-out ${scenario.name}: ${scenario.sockets} sockets, ${scenario.tenants} tenants, ${scenario.rate} events/s`,
    [
      "server",
      "CPU µs/delivery",
      "of ws",
      "of socket.io",
      "core",
      "listener",
      "p50 ms",
      "p99 ms",
      "lost",
      "doubled",
      "closed",
    ],
    servers.map((run) => [
      run.server,
      num(run.cpuPerDelivery),
      num(run.cpuPerDelivery / costOf("ws")),
      num(run.cpuPerDelivery / costOf("socket.io")),
      `${num(run.busy * 100, 0)} %`,
      `${num(run.listenerBusy * 100, 0)} %`,
      num(run.p50),
      num(run.p99),
      String(run.lost),
      String(run.doubled),
      String(run.closed),
    ]),
  );
  if (quick) return;
  for (const { peer, atMost } of scenario.goals) {
    printGoal(`artel / ${peer}`, costOf("artel") / costOf(peer), "at most", atMost);
  }
};

/** A smoke test runs the peers only in the first scenario. */
const turnsOf = (scenario: FullScenario, options: BenchOptions): Contestant[] => {
  if (!options.quick) return contestants(options.servers);
  return contestants(options.servers ?? (scenario === SCENARIOS[0] ? ["artel", "ws", "socket.io"] : ["artel"]));
};

/**
 * Measures each server in each scenario. The servers take turns in each round, so that a disturbance affects all of
 * them.
 */
export const measureFanOut = async (options: BenchOptions) => {
  const results: (FullScenario & { medians: FanOutRun[]; runs: FanOutRun[] })[] = [];
  for (const full of SCENARIOS) {
    if (options.scenarios !== null && !options.scenarios.includes(full.name)) continue;
    const scenario = options.quick ? small(full) : full;
    const servers = turnsOf(full, options);
    const runs: FanOutRun[] = [];
    for (let round = 0; round < options.rounds; round++) {
      for (const contestant of servers) runs.push(await runOnce(contestant, scenario, options));
    }
    const medians = servers.map(({ name }) => mediansOf(name, runs));
    if (!options.json) print(scenario, medians, options.quick);
    // A lost or duplicate event is a bug of Artel.
    if (medians.some(({ server, lost, doubled }) => server === "artel" && lost + doubled > 0)) process.exitCode = 1;
    results.push({ ...scenario, medians, runs });
  }
  return results;
};

if (import.meta.main) await runBenches({ "fan-out": { measure: measureFanOut, needsProc: true } });
