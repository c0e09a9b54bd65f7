import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { errorMessage } from "../../scripts/fail.ts";

export type BenchOptions = {
  /** A smoke test: each bench once and small. Its figures mean nothing. */
  readonly quick: boolean;
  readonly json: boolean;
  readonly rounds: number;
  /** The length of each measurement. */
  readonly seconds: number;
  /** Idle sockets of the memory bench. */
  readonly sockets: number;
  /** The benches to run; empty means all. */
  readonly benches: readonly string[];
  /** The scenarios to run; `null` means all. */
  readonly scenarios: readonly string[] | null;
  /** The servers to run; `null` means the default ones. */
  readonly servers: readonly string[] | null;
  /**
   * The folder for CPU profiles of the servers, `null` for none. Profiling slows them: ignore the figures of such a
   * run.
   */
  readonly profiles: string | null;
};

const USAGE = `bun bench [fan-out] [memory] [reconnect] [stalled] [nodes] [latency] [--quick] [--json] [--rounds 3] [--seconds 4] [--sockets 10000]
          [--scenarios 1000x50,100x2000,5000x1000] [--servers artel,ws,socket.io,bun-topics,ws-on-bun]
          [--profiles FOLDER]`;

const within = (text: string | undefined, fallback: number, max: number, name: string): number => {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= max) return value;
  throw new Error(`--${name}: expected a number above 0, at most ${max}`);
};

const list = (text: string | undefined): string[] | null => text?.split(",").map((item) => item.trim()) ?? null;

/** Parses the command line. Prints the usage and exits with 2 when it is invalid. */
export const readOptions = (): BenchOptions => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        rounds: { type: "string" },
        seconds: { type: "string" },
        sockets: { type: "string" },
        scenarios: { type: "string" },
        servers: { type: "string" },
        profiles: { type: "string" },
      },
    });
    const { quick, json } = values;
    return {
      quick,
      json,
      rounds: Math.ceil(within(values.rounds, quick ? 1 : 3, 20, "rounds")),
      seconds: within(values.seconds, quick ? 0.25 : 4, 60, "seconds"),
      sockets: Math.ceil(within(values.sockets, quick ? 200 : 10_000, 20_000, "sockets")),
      benches: positionals,
      scenarios: list(values.scenarios),
      servers: list(values.servers),
      profiles: values.profiles === undefined ? null : resolve(values.profiles),
    };
  } catch (error) {
    console.error(`${errorMessage(error)}\n${USAGE}`);
    process.exit(2);
  }
};
