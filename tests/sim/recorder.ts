import { type Log, silentLog } from "../../platform/log/log.ts";
import { createMetrics, type Metrics } from "../../platform/metrics/metrics.ts";
import type { Trace } from "./trace.ts";

type Labels = Readonly<Record<string, string>>;

/** What of the metrics tells that a hard case was met. */
const COUNTED: Readonly<Record<string, (labels: Labels) => string>> = {
  feedRepairs: ({ reason }) => `feed repairs: ${reason}`,
  replays: ({ outcome }) => `joins: ${outcome}`,
  closes: ({ code }) => `closes: ${code}`,
  pubsubRejected: ({ reason }) => `refused from the bus: ${reason}`,
  relayed: ({ path }) => `relayed: ${path}`,
  relayFailures: () => "relay failures",
};

let trace: Trace | null = null;

/** From now on metrics and logs are told here. */
export const traceTo = (next: Trace): void => {
  trace = next;
};

/** Metrics that count for the coverage of a run. One set for all: making them is dear. */
export const recordingMetrics = (): Metrics => {
  const metrics = createMetrics();
  for (const [name, metric] of Object.entries(metrics)) {
    const told = COUNTED[name];
    const count = (labels?: Labels | number, by?: number) => {
      if (told !== undefined) trace?.count(told(typeof labels === "object" ? labels : {}), by ?? 1);
    };
    Object.assign(metric, { inc: count, set: () => {}, observe: () => {} });
  }
  return metrics;
};

const SERIOUS = /listener of a feed failed|request failed|a listener failed/;

/** A log that keeps silent but for what no fault explains. */
export const watchfulLog = (onSerious: (message: string) => void): Log => ({
  ...silentLog,
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  fatal: () => {},
  child: () => silentLog,
  error: (...values: unknown[]) => {
    const text = values.map((value) => (typeof value === "string" ? value : describe(value))).join(" ");
    if (SERIOUS.test(text)) onSerious(text);
    trace?.count("errors logged");
    trace?.note(`log: ${text.slice(0, 160)}`);
  },
});

const describe = (value: unknown): string => {
  if (typeof value !== "object" || value === null || !("err" in value)) return "";
  return value.err instanceof Error ? `(${value.err.message})` : "";
};
