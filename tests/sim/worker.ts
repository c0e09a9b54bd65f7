import { plugin } from "bun";
import { installMutation, isMutation } from "./mutations.ts";
import { Cluster, Redis } from "./redis-connection.ts";

/** What a worker is asked for, as JSON in its one argument. */
export type WorkerOrder = {
  readonly from: number;
  /** Without it. */
  readonly to: number;
  readonly mutation: string | null;
  /** Whether the steps are told too. */
  readonly isTraced: boolean;
  /** Whether it ends with the first seed that diverges. */
  readonly isFirstEnough: boolean;
};

/** What a worker says, a line of JSON each. */
export type WorkerLine =
  | {
      readonly type: "run";
      readonly seed: number;
      readonly hash: string;
      readonly violations: readonly string[];
      readonly lines: readonly string[];
    }
  | {
      readonly type: "done";
      readonly runs: number;
      readonly counts: Readonly<Record<string, number>>;
      readonly slowest: number;
    };

const REPORT_EVERY = 100;

const order = JSON.parse(process.argv[2] ?? "{}") as WorkerOrder;
const say = (line: WorkerLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

plugin({
  name: "simulated Redis",
  setup: (build) => {
    build.module("ioredis", () => ({ exports: { Redis, Cluster }, loader: "object" }));
  },
});
if (order.mutation !== null) {
  if (!isMutation(order.mutation)) throw new Error(`there is no mutation ${order.mutation}`);
  installMutation(order.mutation);
}
// Only now, so that the product is loaded with what stands in for its surroundings.
const { createSetup, simulate } = await import("./simulate.ts");

const setup = await createSetup();
const unhandled: string[] = [];
process.on(
  "unhandledRejection",
  (error) => void unhandled.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
);

let counts: Record<string, number> = {};
let runs = 0;
let slowest = 0;
const report = (): void => {
  say({ type: "done", runs, counts, slowest });
  counts = {};
  runs = 0;
  slowest = 0;
};
for (let seed = order.from; seed < order.to; seed += 1) {
  const result = simulate(setup, seed, { isTraced: order.isTraced });
  // A rejection that nobody handles is told after the run, not within it.
  await new Promise((resolve) => setImmediate(resolve));
  const violations = [...result.violations, ...unhandled.splice(0).map((text) => `nobody handled: ${text}`)];
  for (const [what, by] of result.counts) counts[what] = (counts[what] ?? 0) + by;
  runs += 1;
  slowest = Math.max(slowest, result.convergedAfter);
  if (violations.length > 0 || order.isTraced) {
    say({ type: "run", seed, hash: result.hash, violations, lines: result.lines });
    if (violations.length > 0 && order.isFirstEnough) break;
  }
  if (runs >= REPORT_EVERY) report();
}
report();
process.exit(0);
