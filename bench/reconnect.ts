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

/** As the client has it for its first attempt. */
const BACK_WITHIN_MS = 1_000;
type Scene = {
  readonly teams: number;
  /** How many of the sockets that were asked for take part, 0 to 1. */
  readonly share: number;
  /** Events of each team, published while nobody listens. */
  readonly missed: number;
};

const SCENES: readonly Scene[] = [
  { teams: 1, share: 1, missed: 50 },
  { teams: 1_000, share: 1, missed: 5 },
  { teams: 1, share: 0.05, missed: 1_000 },
];
/** Events a second, over all teams. */
const MISSED_RATE = 2_000;
const GIVE_UP_MS = 60_000;
const LOOK_MS = 20;
const GOAL_MS = 4_000;

export type ReconnectRun = {
  /** Until this share of the sockets was level again after their node was killed, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly all: number;
  /** CPU time of the node that took them, in microseconds for each socket. */
  readonly cpuPerSocket: number;
  readonly level: number;
  readonly lost: number;
  readonly doubled: number;
};

const runOnce = async (options: BenchOptions, { teams, share, missed }: Scene): Promise<ReconnectRun> => {
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
    await listener.connect({ port: first.port, protocol: ARTEL.protocol, sockets: await ARTEL.hellos(sockets) });
    await listener.comeBack({
      port: second.port,
      withinMs: BACK_WITHIN_MS,
      epoch: EPOCH,
      firstSeq: 1,
      tenants: sockets,
      events: missed,
    });
    const cpuBefore = cpuMicros(second.pid);
    first.kill();
    await publishAtRate(publisher, tenants, MISSED_RATE, missed * teams);
    const until = performance.now() + GIVE_UP_MS;
    let levels = await listener.levels();
    while (levels.level < sockets.length && performance.now() < until) {
      await Bun.sleep(LOOK_MS);
      levels = await listener.levels();
    }
    const cpu = cpuMicros(second.pid) - cpuBefore;
    const { counts } = await listener.report();
    return {
      p50: levels.after.p50,
      p99: levels.after.p99,
      all: levels.level === sockets.length ? levels.after.max : Number.POSITIVE_INFINITY,
      cpuPerSocket: cpu / sockets.length,
      level: levels.level,
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
    level: Math.min(...runs.map((run) => run.level)),
    lost: Math.max(...runs.map((run) => run.lost)),
    doubled: Math.max(...runs.map((run) => run.doubled)),
  };
};

type Result = { readonly scene: Scene; readonly medians: ReconnectRun; readonly runs: readonly ReconnectRun[] };

const print = (results: readonly Result[], { quick }: BenchOptions): void => {
  printTable(
    "From the SIGKILL of a node until its sockets are level on another one",
    ["sockets", "teams", "events missed", "p50 ms", "p99 ms", "all ms", "CPU µs/socket", "lost", "doubled"],
    results.map(({ scene, medians }) => [
      String(medians.level),
      String(scene.teams),
      String(scene.missed),
      num(medians.p50, 0),
      num(medians.p99, 0),
      num(medians.all, 0),
      num(medians.cpuPerSocket, 0),
      String(medians.lost),
      String(medians.doubled),
    ]),
  );
  if (quick) return;
  for (const { scene, medians } of results.filter(({ scene: { share } }) => share === 1)) {
    printGoal(`ms until all are level, ${scene.teams} teams,`, medians.all, "at most", GOAL_MS);
  }
};

/** Measures how long all sockets of a node that dies take until they are level on another one. */
export const measureReconnect = async (options: BenchOptions) => {
  const results: Result[] = [];
  for (const scene of options.quick ? SCENES.slice(0, 1) : SCENES) {
    const runs: ReconnectRun[] = [];
    for (let round = 0; round < options.rounds; round++) runs.push(await runOnce(options, scene));
    const medians = mediansOf(runs);
    if (medians.lost + medians.doubled > 0) process.exitCode = 1;
    results.push({ scene, medians, runs });
  }
  if (!options.json) print(results, options);
  return { sockets: options.sockets, results };
};

if (import.meta.main) await runBenches({ reconnect: { measure: measureReconnect, needsProc: true } });
