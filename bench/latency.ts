import { type Artel, DATA_FOLDER, openSite, type Site, startArtel } from "./lib/artel-api.ts";
import { runBenches } from "./lib/bench.ts";
import type { BenchOptions } from "./lib/options.ts";
import { type Summary, summaryOf } from "./lib/stats.ts";
import { num, printGoal, printTable } from "./lib/table.ts";
import { cpuMicros, IS_MEASURABLE } from "./lib/usage.ts";
import { type Watcher, watchTeam } from "./lib/watcher.ts";

const WRITES_PER_SECOND = 300;
/** Concurrent writers; each waits for the response before its next write. */
const WRITERS = 16;
const GOAL_EVENT_P99_MS = 15;
const GOAL_WRITES_PER_SECOND = 1_500;

type WriteTimes = { readonly responded: number; readonly arrived: number };

/** Creates a task as the page does, with its own id and idempotency key. */
const addTask = async ({ ann, board, column }: Site, id: string): Promise<void> => {
  const task = { id, columnId: column.id, title: "Write the release notes" };
  const path = `/api/boards/${board.id}/tasks`;
  const response = await ann.request("POST", path, task, { "idempotency-key": Bun.randomUUIDv7() });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`creating a task returned ${response.status}`);
};

/** Measures the time to the response and to the event on the other user's socket, in milliseconds. */
const write = async (site: Site, watcher: Watcher): Promise<WriteTimes> => {
  const id = Bun.randomUUIDv7();
  const arrival = watcher.arrival(id);
  const started = performance.now();
  const response = addTask(site, id).then(() => performance.now());
  const [responded, arrived] = await Promise.all([response, arrival]);
  return { responded: responded - started, arrived: arrived - started };
};

const oneByOne = async (site: Site, watcher: Watcher, count: number): Promise<WriteTimes[]> => {
  const all: WriteTimes[] = [];
  while (all.length < count) all.push(await write(site, watcher));
  return all;
};

/** Writes at a fixed rate without waiting for responses. */
const atRate = async (site: Site, watcher: Watcher, rate: number, seconds: number): Promise<WriteTimes[]> => {
  const writes: Promise<WriteTimes>[] = [];
  const started = performance.now();
  while (writes.length < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - started) / 1_000) * rate) + 1);
    while (writes.length < due) writes.push(write(site, watcher));
    await Bun.sleep(1);
  }
  return Promise.all(writes);
};

type Throughput = { readonly perSecond: number; readonly cpuPerWrite: number; readonly response: Summary };

/** Writes with WRITERS concurrent writers as fast as possible. */
const atFullSpeed = async (artel: Artel, site: Site, seconds: number): Promise<Throughput> => {
  const responseTimes: number[] = [];
  const cpuBefore = IS_MEASURABLE ? cpuMicros(artel.child.pid) : Number.NaN;
  const started = performance.now();
  const until = started + seconds * 1_000;
  const writer = async () => {
    for (let now = performance.now(); now < until; now = performance.now()) {
      await addTask(site, Bun.randomUUIDv7());
      responseTimes.push(performance.now() - now);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  const elapsed = performance.now() - started;
  return {
    perSecond: (responseTimes.length * 1_000) / elapsed,
    cpuPerWrite: IS_MEASURABLE ? (cpuMicros(artel.child.pid) - cpuBefore) / responseTimes.length : Number.NaN,
    response: summaryOf(responseTimes),
  };
};

const inSummary = (all: readonly WriteTimes[]) => ({
  response: summaryOf(all.map(({ responded }) => responded)),
  event: summaryOf(all.map(({ arrived }) => arrived)),
});

type Times = ReturnType<typeof inSummary>;
type Result = {
  readonly sequential: Times;
  readonly steady: Times & { readonly rate: number };
  readonly throughput: Throughput;
};

const print = ({ sequential, steady, throughput }: Result, quick: boolean): void => {
  const row = (name: string, { count, p50, p99, max }: Summary) => [name, String(count), num(p50), num(p99), num(max)];
  printTable(
    `POST /api/boards/{id}/tasks, all in one process, SQLite in ${DATA_FOLDER}`,
    ["", "writes", "p50 ms", "p99 ms", "max ms"],
    [
      row("sequential: response", sequential.response),
      row("sequential: event at another socket", sequential.event),
      row(`${steady.rate}/s: response`, steady.response),
      row(`${steady.rate}/s: event at another socket`, steady.event),
      row(`${WRITERS} writers: response`, throughput.response),
    ],
  );
  console.log(`${num(throughput.perSecond, 0)} writes/s, ${num(throughput.cpuPerWrite, 0)} µs of CPU each`);
  if (quick) return;
  printGoal(`p99 at ${steady.rate}/s to another socket, ms,`, steady.event.p99, "at most", GOAL_EVENT_P99_MS);
  printGoal("writes/s", throughput.perSecond, "at least", GOAL_WRITES_PER_SECOND);
};

/** Measures writes on the all-in-one server and their delivery to another user's socket. */
export const measureLatency = async (options: BenchOptions) => {
  const artel = await startArtel(options.profiles);
  try {
    const site = await openSite(artel.url);
    const watcher = await watchTeam(site.bob, site.team);
    await atFullSpeed(artel, site, options.quick ? 0.3 : 3);
    const sequential = inSummary(await oneByOne(site, watcher, options.quick ? 30 : 500));
    const rate = options.quick ? 50 : WRITES_PER_SECOND;
    const steady = inSummary(await atRate(site, watcher, rate, options.seconds * 2));
    const throughput = await atFullSpeed(artel, site, options.seconds * 2);
    watcher.close();
    const result = { sequential, steady: { rate, ...steady }, throughput };
    if (!options.json) print(result, options.quick);
    return result;
  } finally {
    await artel.child.stop();
  }
};

if (import.meta.main) await runBenches({ latency: { measure: measureLatency, needsProc: false } });
