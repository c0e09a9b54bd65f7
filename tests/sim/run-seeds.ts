import { fromRoot } from "../../scripts/paths.ts";
import type { WorkerLine, WorkerOrder } from "./worker.ts";

export type Divergence = Extract<WorkerLine, { type: "run" }>;

export type Summary = {
  readonly runs: number;
  readonly divergences: readonly Divergence[];
  readonly traced: readonly Divergence[];
  readonly counts: ReadonlyMap<string, number>;
  /** Milliseconds of virtual time that the slowest run took to become level. */
  readonly slowest: number;
};

export type RunOptions = {
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly mutation?: string | null;
  readonly isTraced?: boolean;
  readonly isFirstEnough?: boolean;
  onProgress?(runs: number): void;
  onDivergence?(divergence: Divergence): void;
};

/** A process takes so many seeds and makes room for a fresh one. */
const SEEDS_PER_WORKER = 1_000;
/** Fewer where the first divergence ends it: the seeds below it are gone through all the same. */
const SEEDS_PER_SEARCH = 100;

/** Runs seeds in processes of their own, several at a time. @throws Error when one of them fails otherwise than by diverging */
export const runSeeds = async (options: RunOptions): Promise<Summary> => {
  const { from, seeds, jobs, mutation = null, isTraced = false, isFirstEnough = false } = options;
  const counts = new Map<string, number>();
  const divergences: Divergence[] = [];
  const traced: Divergence[] = [];
  let runs = 0;
  let slowest = 0;
  let next = from;
  const most = isFirstEnough ? SEEDS_PER_SEARCH : SEEDS_PER_WORKER;
  const size = Math.max(1, Math.min(most, Math.ceil(seeds / jobs)));

  const hear = (line: WorkerLine): void => {
    if (line.type === "run") {
      traced.push(line);
      if (line.violations.length === 0) return;
      divergences.push(line);
      options.onDivergence?.(line);
      return;
    }
    runs += line.runs;
    slowest = Math.max(slowest, line.slowest);
    for (const [what, by] of Object.entries(line.counts)) counts.set(what, (counts.get(what) ?? 0) + by);
    options.onProgress?.(runs);
  };

  const work = async (): Promise<void> => {
    while (next < from + seeds && !(isFirstEnough && divergences.length > 0)) {
      const order: WorkerOrder = {
        from: next,
        to: Math.min(next + size, from + seeds),
        mutation,
        isTraced,
        isFirstEnough,
      };
      next = order.to;
      await runWorker(order, hear);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  divergences.sort((a, b) => a.seed - b.seed);
  return { runs, divergences, traced, counts, slowest };
};

const runWorker = async (order: WorkerOrder, hear: (line: WorkerLine) => void): Promise<void> => {
  const child = Bun.spawn([process.execPath, fromRoot("tests", "sim", "worker.ts"), JSON.stringify(order)], {
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, NODE_ENV: "test" },
  });
  const errors = new Response(child.stderr).text();
  let rest = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(JSON.parse(line) as WorkerLine);
  }
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`a worker ended with ${exitCode}: ${(await errors).trim().slice(-2_000)}`);
};
