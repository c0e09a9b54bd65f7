import { runBenches } from "./lib/bench.ts";
import { EPOCH } from "./lib/events.ts";
import { startListener } from "./lib/listener.ts";
import type { BenchOptions } from "./lib/options.ts";
import { publishAtRate } from "./lib/pace.ts";
import { startRedis } from "./lib/redis.ts";
import { ARTEL } from "./lib/servers.ts";
import { median } from "./lib/stats.ts";
import { num, printGoal, printTable } from "./lib/table.ts";
import { newTenants, spread } from "./lib/trial.ts";
import { cpuMicros } from "./lib/usage.ts";

/** The jitter of the client's first attempt. */
const RECONNECT_WITHIN_MS = 1_000;
type Scenario = {
  readonly teams: number;
  /** The share of `--sockets` that takes part, 0 to 1. */
  readonly share: number;
  /** Events per team that are published while no socket is connected. */
  readonly missed: number;
};

const SCENARIOS: readonly Scenario[] = [
  { teams: 1, share: 1, missed: 50 },
  { teams: 1_000, share: 1, missed: 5 },
  { teams: 1, share: 0.05, missed: 1_000 },
];
/** Events per second, over all teams. */
const MISSED_RATE = 2_000;
const TIMEOUT_MS = 60_000;
const POLL_MS = 20;
const GOAL_MS = 4_000;

export type ReconnectRun = {
  /** From the kill of the node until this share of its sockets had caught up, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly all: number;
  /** CPU time of the other node per socket, in microseconds. */
  readonly cpuPerSocket: number;
  readonly caughtUp: number;
  readonly lost: number;
  readonly doubled: number;
};

const runOnce = async (options: BenchOptions, { teams, share, missed }: Scenario): Promise<ReconnectRun> => {
  const tenants = newTenants(teams);
  const sockets = spread(tenants, Math.ceil(options.sockets * share));
  const stops: (() => Promise<void>)[] = [];
  try {
    const redis = await startRedis();
    stops.push(redis.stop);
    const publisher = ARTEL.createPublisher(redis.url);
    stops.push(publisher.close);
    for (const tenantId of tenants) await publisher.open(tenantId);
    const [first, second] = await Promise.all([
      ARTEL.start({ redisUrl: redis.url, profiles: null }),
      ARTEL.start({ redisUrl: redis.url, profiles: options.profiles }),
    ]);
    stops.push(second.stop, first.stop);
    const listener = await startListener();
    stops.push(listener.stop);
    await listener.connect({ port: first.port, protocol: ARTEL.protocol, sockets: await ARTEL.joinMessages(sockets) });
    await listener.reconnect({
      port: second.port,
      withinMs: RECONNECT_WITHIN_MS,
      epoch: EPOCH,
      firstSeq: 1,
      tenants: sockets,
      events: missed,
    });
    const cpuBefore = cpuMicros(second.pid);
    first.kill();
    await publishAtRate(publisher, tenants, MISSED_RATE, missed * teams);
    const until = performance.now() + TIMEOUT_MS;
    let catchUp = await listener.catchUp();
    while (catchUp.caughtUp < sockets.length && performance.now() < until) {
      await Bun.sleep(POLL_MS);
      catchUp = await listener.catchUp();
    }
    const cpu = cpuMicros(second.pid) - cpuBefore;
    const { counts } = await listener.report();
    return {
      p50: catchUp.times.p50,
      p99: catchUp.times.p99,
      all: catchUp.caughtUp === sockets.length ? catchUp.times.max : Number.POSITIVE_INFINITY,
      cpuPerSocket: cpu / sockets.length,
      caughtUp: catchUp.caughtUp,
      lost: counts.reduce((sum, count) => sum + Math.max(0, missed - count), 0),
      doubled: counts.reduce((sum, count) => sum + Math.max(0, count - missed), 0),
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
};

const mediansOf = (runs: readonly ReconnectRun[]): ReconnectRun => {
  const middle = (pick: (run: ReconnectRun) => number) => median(runs.map(pick));
  return {
    p50: middle((run) => run.p50),
    p99: middle((run) => run.p99),
    all: middle((run) => run.all),
    cpuPerSocket: middle((run) => run.cpuPerSocket),
    caughtUp: Math.min(...runs.map((run) => run.caughtUp)),
    lost: Math.max(...runs.map((run) => run.lost)),
    doubled: Math.max(...runs.map((run) => run.doubled)),
  };
};

type Result = { readonly scenario: Scenario; readonly medians: ReconnectRun; readonly runs: readonly ReconnectRun[] };

const print = (results: readonly Result[], { quick }: BenchOptions): void => {
  printTable(
    "From the SIGKILL of a node until its sockets have caught up on another one",
    ["sockets", "teams", "events missed", "p50 ms", "p99 ms", "all ms", "CPU µs/socket", "lost", "doubled"],
    results.map(({ scenario, medians }) => [
      String(medians.caughtUp),
      String(scenario.teams),
      String(scenario.missed),
      num(medians.p50, 0),
      num(medians.p99, 0),
      num(medians.all, 0),
      num(medians.cpuPerSocket, 0),
      String(medians.lost),
      String(medians.doubled),
    ]),
  );
  if (quick) return;
  for (const { scenario, medians } of results.filter(({ scenario: { share } }) => share === 1)) {
    printGoal(`ms until all have caught up, ${scenario.teams} teams,`, medians.all, "at most", GOAL_MS);
  }
};

/** Measures how long the sockets of a killed node take to catch up on another one. */
export const measureReconnect = async (options: BenchOptions) => {
  const results: Result[] = [];
  for (const scenario of options.quick ? SCENARIOS.slice(0, 1) : SCENARIOS) {
    const runs: ReconnectRun[] = [];
    for (let round = 0; round < options.rounds; round++) runs.push(await runOnce(options, scenario));
    const medians = mediansOf(runs);
    if (medians.lost + medians.doubled > 0) process.exitCode = 1;
    results.push({ scenario, medians, runs });
  }
  if (!options.json) print(results, options);
  return { sockets: options.sockets, results };
};

if (import.meta.main) await runBenches({ reconnect: { measure: measureReconnect, needsProc: true } });
