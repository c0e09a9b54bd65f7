import { runBenches } from "./lib/bench.ts";
import { startListener } from "./lib/listener.ts";
import type { BenchOptions } from "./lib/options.ts";
import { publishAtRate } from "./lib/pace.ts";
import { startRedis } from "./lib/redis.ts";
import { ARTEL } from "./lib/servers.ts";
import { median } from "./lib/stats.ts";
import { num, printTable } from "./lib/table.ts";
import { newTenants, spread } from "./lib/trial.ts";
import { cpuMicros } from "./lib/usage.ts";

const NODES = [1, 2, 4] as const;
const TENANTS = 10;
const SOCKETS = 1_000;
const RATE = 500;

type NodesRun = {
  /** CPU time of all nodes per delivery, and of Redis per event, in microseconds. */
  readonly cpuPerDelivery: number;
  readonly redisPerEvent: number;
  readonly p50: number;
  readonly p99: number;
  readonly lost: number;
};

const runOnce = async (options: BenchOptions, count: number): Promise<NodesRun> => {
  const tenants = newTenants(TENANTS);
  const sockets = spread(tenants, SOCKETS);
  const stops: (() => Promise<void>)[] = [];
  try {
    const redis = await startRedis();
    stops.push(redis.stop);
    const publisher = ARTEL.createPublisher(redis.url);
    stops.push(publisher.close);
    for (const tenantId of tenants) await publisher.open(tenantId);
    const nodes = await Promise.all(
      Array.from({ length: count }, () => ARTEL.start({ redisUrl: redis.url, profiles: null })),
    );
    stops.push(...nodes.map(({ stop }) => stop));
    const listener = await startListener();
    stops.push(listener.stop);
    for (const [index, { port }] of nodes.entries()) {
      // Contiguous blocks of round-robin sockets, so that every node has sockets of every team.
      const nodeSockets = sockets.slice((index * SOCKETS) / count, ((index + 1) * SOCKETS) / count);
      await listener.connect({ port, protocol: ARTEL.protocol, sockets: await ARTEL.joinMessages(nodeSockets) });
    }
    const deliveries = (events: number) => (events / TENANTS) * SOCKETS;
    const run = async (events: number) => {
      await publishAtRate(publisher, tenants, RATE, events);
      await listener.settle(deliveries(events));
    };
    await run(RATE * 2);
    await listener.reset();
    const events = Math.ceil((RATE * options.seconds) / TENANTS) * TENANTS;
    const used = () => nodes.reduce((sum, { pid }) => sum + cpuMicros(pid), 0);
    const [before, redisBefore] = [used(), cpuMicros(redis.pid)];
    await run(events);
    const { counts, latency } = await listener.report();
    return {
      cpuPerDelivery: (used() - before) / deliveries(events),
      redisPerEvent: (cpuMicros(redis.pid) - redisBefore) / events,
      p50: latency.p50,
      p99: latency.p99,
      lost: counts.reduce((sum, received) => sum + Math.abs(events / TENANTS - received), 0),
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
};

/** Measures the cost of spreading the same sockets over several nodes on one Redis. */
export const measureNodes = async (options: BenchOptions) => {
  const results: { nodes: number; runs: NodesRun[] }[] = [];
  for (const nodes of options.quick ? NODES.slice(0, 2) : NODES) {
    const runs: NodesRun[] = [];
    for (let round = 0; round < options.rounds; round++) runs.push(await runOnce(options, nodes));
    if (runs.some(({ lost }) => lost > 0)) process.exitCode = 1;
    results.push({ nodes, runs });
  }
  if (options.json) return results;
  printTable(
    `${SOCKETS} sockets of ${TENANTS} teams, ${RATE} events/s, over several nodes on one Redis`,
    ["nodes", "CPU µs/delivery", "Redis CPU µs/event", "p50 ms", "p99 ms", "lost or doubled"],
    results.map(({ nodes, runs }) => {
      const middle = (pick: (run: NodesRun) => number) => median(runs.map(pick));
      return [
        String(nodes),
        num(middle((run) => run.cpuPerDelivery)),
        num(
          middle((run) => run.redisPerEvent),
          0,
        ),
        num(middle((run) => run.p50)),
        num(middle((run) => run.p99)),
        String(Math.max(...runs.map((run) => run.lost))),
      ];
    }),
  );
  return results;
};

if (import.meta.main) await runBenches({ nodes: { measure: measureNodes, needsProc: true } });
