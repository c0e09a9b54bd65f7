import { cpus } from "node:os";
import { CORES, pinSelf } from "./cores.ts";
import { runToEnd } from "./lifetime.ts";
import { type BenchOptions, readOptions } from "./options.ts";
import { IS_MEASURABLE } from "./usage.ts";

export type Bench = {
  measure(options: BenchOptions): Promise<unknown>;
  /** The bench reads the servers' CPU time or memory from Linux's /proc. */
  readonly needsProc: boolean;
};

const QUICK_LIMIT_MS = 90_000;
const LIMIT_MS = 60 * 60_000;

/** Runs the benches with options from the command line, cleans up and exits. */
export const runBenches = (benches: Readonly<Record<string, Bench>>): Promise<never> => {
  const options = readOptions();
  const { quick, json } = options;
  const machine = { cpu: cpus()[0]?.model ?? "?", cores: cpus().length, pinned: CORES.server !== null };
  pinSelf();
  return runToEnd(quick ? QUICK_LIMIT_MS : LIMIT_MS, async () => {
    const unknown = options.benches.filter((name) => !Object.hasOwn(benches, name));
    if (unknown.length > 0)
      throw new Error(`unknown bench ${unknown.join(", ")}; the benches are ${Object.keys(benches).join(", ")}`);
    if (!json) {
      console.log(`${machine.cpu}, ${machine.cores} cores, Bun ${Bun.version}`);
      if (!machine.pinned) console.log("The server has no dedicated core on this machine; compare with care.");
      if (quick) console.log("A smoke test: these figures mean nothing.");
    }
    const results: Record<string, unknown> = { machine, bun: Bun.version, quick };
    for (const [name, bench] of Object.entries(benches)) {
      if (options.benches.length > 0 && !options.benches.includes(name)) continue;
      if (bench.needsProc && !IS_MEASURABLE) console.error(`${name} needs Linux's /proc and is skipped`);
      else results[name] = await bench.measure(options);
    }
    if (json) console.log(JSON.stringify(results, null, 2));
  });
};
