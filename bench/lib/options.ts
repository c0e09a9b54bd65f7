import { resolve } from "node:path";
import { parseArgs } from "node:util";

export type BenchOptions = {
  /** A smoke test: everything once and small. Its figures mean nothing. */
  readonly quick: boolean;
  readonly json: boolean;
  readonly rounds: number;
  /** How long each measurement takes. */
  readonly seconds: number;
  /** Idle sockets of the memory bench. */
  readonly sockets: number;
  /** Only these benches; none named: all. */
  readonly benches: readonly string[];
  /** Only these; `null`: the usual ones. */
  readonly scenarios: readonly string[] | null;
  readonly servers: readonly string[] | null;
  /** The folder for the servers' CPU profiles; `null`: none are made. They cost time: no figures from such a run. */
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

/** Reads the command line; says what is allowed and ends the process if it is anything else. */
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
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
};
