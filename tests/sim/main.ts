import { parseArgs } from "node:util";
import { isMutation, MUTATIONS, type MutationName } from "./mutations.ts";
import { type Divergence, type RunOptions, runSeeds, type Summary } from "./run-seeds.ts";

const USAGE = `bun sim [--seeds N] [--from N] [--jobs N] [--mutate NAME]   many worlds
bun sim --seed N [--trace]                                   one of them again, step by step
bun sim --mutations [--seeds N] [--jobs N]                   the first seed that finds each mistake`;

const SEEDS = 2_000;
const PROGRESS_EVERY = 1_000;
const SHOWN = 5;

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string" },
      from: { type: "string", default: "1" },
      jobs: { type: "string", default: "2" },
      seed: { type: "string" },
      trace: { type: "boolean", default: false },
      mutate: { type: "string" },
      mutations: { type: "boolean", default: false },
    },
  });
  const count = (text: string, name: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0`);
    return value;
  };
  if (values.mutate !== undefined && !isMutation(values.mutate)) {
    throw new Error(`there is no mutation ${values.mutate}: ${Object.keys(MUTATIONS).join(", ")}`);
  }
  return {
    seeds: count(values.seeds ?? String(SEEDS), "seeds"),
    from: count(values.from, "from"),
    jobs: count(values.jobs, "jobs"),
    seed: values.seed === undefined ? null : count(values.seed, "seed"),
    mutation: values.mutate ?? null,
    isTraced: values.trace,
    isAboutMutations: values.mutations,
  };
};

const show = ({ seed, hash, violations, lines }: Divergence, mutation: string | null): void => {
  for (const line of lines) console.log(line);
  console.log(`seed ${seed}, trace ${hash}: ${violations.length === 0 ? "level" : `${violations.length} wrong`}`);
  for (const wrong of violations) console.log(`  ${wrong}`);
  if (lines.length > 0) return;
  console.log(`  again: bun sim --seed ${seed} --trace${mutation === null ? "" : ` --mutate ${mutation}`}`);
};

const showSummary = ({ runs, divergences, counts, slowest }: Summary, seconds: number): void => {
  const widest = Math.max(0, ...[...counts.keys()].map(({ length }) => length));
  console.log("\nmet on the way:");
  for (const [what, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${what.padEnd(widest)}  ${count}`);
  const rate = (runs / seconds).toFixed(1);
  console.log(
    `\n${runs} runs in ${seconds.toFixed(1)} s, ${rate} a second; the slowest was level after ${slowest / 1_000} s`,
  );
  console.log(
    `${divergences.length} diverged${divergences.length === 0 ? "" : `: ${divergences.map(({ seed }) => seed).join(", ")}`}`,
  );
};

const runMany = async (options: RunOptions): Promise<boolean> => {
  const started = performance.now();
  let shown = 0;
  let nextProgress = PROGRESS_EVERY;
  const summary = await runSeeds({
    ...options,
    onDivergence: (divergence) => {
      shown += 1;
      if (shown <= SHOWN) show(divergence, options.mutation ?? null);
    },
    onProgress: (runs) => {
      if (runs < nextProgress) return;
      nextProgress += PROGRESS_EVERY;
      console.log(`${runs} runs, ${shown} diverged, ${((performance.now() - started) / 1_000).toFixed(0)} s`);
    },
  });
  showSummary(summary, (performance.now() - started) / 1_000);
  return summary.divergences.length === 0;
};

const runMutations = async (options: RunOptions): Promise<boolean> => {
  let allFound = true;
  for (const name of Object.keys(MUTATIONS) as MutationName[]) {
    const { runs, divergences } = await runSeeds({ ...options, mutation: name, isFirstEnough: true });
    const [first] = divergences;
    allFound &&= first !== undefined;
    console.log(`${name.padEnd(28)} ${first === undefined ? `NOT FOUND in ${runs} runs` : `seed ${first.seed}`}`);
  }
  return allFound;
};

const main = async (): Promise<boolean> => {
  const { seeds, from, jobs, seed, mutation, isTraced, isAboutMutations } = readOptions();
  if (isAboutMutations) return runMutations({ seeds, from, jobs });
  if (seed === null) return runMany({ seeds, from, jobs, mutation });
  const { traced, divergences } = await runSeeds({ from: seed, seeds: 1, jobs: 1, mutation, isTraced: true });
  for (const one of traced) show(isTraced ? one : { ...one, lines: [] }, mutation);
  return divergences.length === 0;
};

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error(`\n${USAGE}`);
  process.exitCode = 2;
}
