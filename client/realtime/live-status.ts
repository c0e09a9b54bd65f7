import type { Connection, StopReason } from "./connection/state.ts";
import { type ConnectionProblem, isSameProblem, type StreamProblem } from "./connection-problem.ts";
import type { Transport } from "./fallback/state.ts";
import type { Subscription } from "./subscription/state.ts";

export type LiveStatus = {
  readonly status: "live" | "streaming" | "polling" | "reconnecting" | "offline";
  /** Epoch milliseconds of the last proof that no event was missing. */
  readonly inStepAt: number | null;
  readonly reason?: StopReason;
  /** Why no socket opens. */
  readonly problem?: ConnectionProblem;
  /** Why no event stream delivers either. */
  readonly streamProblem?: StreamProblem;
};

export type TenantStatus = { readonly subscription: Subscription; readonly inStepAt: number | null };

export type TransportStatus = {
  readonly networkUp: boolean;
  readonly transport: Transport;
  /** Whether polls are being answered. */
  readonly pollingWorks: boolean;
  readonly problem?: ConnectionProblem | null;
  readonly streamProblem?: StreamProblem | null;
};

/** Short breaks need no explanation. */
const ATTEMPTS_BEFORE_PROBLEM = 3;

const isFailing = (connection: Connection): boolean =>
  "attempt" in connection && connection.kind !== "open" && connection.attempt >= ATTEMPTS_BEFORE_PROBLEM;

const oldestInStepAt = (tenants: readonly TenantStatus[]): number | null => {
  let oldest: number | null = null;
  for (const { inStepAt } of tenants) {
    if (inStepAt !== null) oldest = oldest === null ? inStepAt : Math.min(oldest, inStepAt);
  }
  return oldest;
};

const isSettled = ({ subscription }: TenantStatus): boolean =>
  subscription.kind === "live" ||
  subscription.kind === "unlogged" ||
  (subscription.kind === "unsubscribed" && subscription.waitsForSnapshot);

const isDelivered = ({ subscription: { kind } }: TenantStatus): boolean => kind === "live" || kind === "unlogged";

const statusOf = (
  connection: Connection,
  tenants: readonly TenantStatus[],
  { transport, pollingWorks }: TransportStatus,
) => {
  if (tenants.some(({ subscription }) => subscription.kind === "polling")) return "polling";
  if (transport === "polling" && pollingWorks) return "polling";
  const areSettled = tenants.every(isSettled);
  if (transport === "stream" && areSettled && tenants.some(isDelivered)) return "streaming";
  return transport === "socket" && areSettled && connection.kind === "open" ? "live" : "reconnecting";
};

/** Sums up all tenants in one status. Tenants that are denied do not count. */
export const liveStatus = (
  connection: Connection,
  all: readonly TenantStatus[],
  transports: TransportStatus,
): LiveStatus => {
  const tenants = all.filter(({ subscription }) => subscription.kind !== "denied");
  const inStepAt = oldestInStepAt(tenants);
  if (connection.kind === "stopped") return { status: "offline", inStepAt, reason: connection.reason };
  if (!transports.networkUp) return { status: "offline", inStepAt };
  const status = statusOf(connection, tenants, transports);
  const isExplained = connection.kind !== "open" && (status !== "reconnecting" || isFailing(connection));
  if (!isExplained) return { status, inStepAt };
  const { problem, streamProblem } = transports;
  return {
    status,
    inStepAt,
    ...(problem ? { problem } : {}),
    ...(streamProblem && status !== "streaming" ? { streamProblem } : {}),
  };
};

/** While live, a newer `inStepAt` is published at most this often. */
const IN_STEP_GRAIN_MS = 5_000;

/** Whether `next` differs too little from `known` to render again. */
export const isSameStatus = (known: LiveStatus, next: LiveStatus): boolean => {
  if (next.status !== known.status || next.reason !== known.reason) return false;
  if (!isSameProblem(next.problem, known.problem)) return false;
  if (!isSameProblem(next.streamProblem, known.streamProblem)) return false;
  if (next.inStepAt === known.inStepAt) return true;
  if (next.inStepAt === null || known.inStepAt === null) return false;
  return (next.status === "live" || next.status === "streaming") && next.inStepAt - known.inStepAt < IN_STEP_GRAIN_MS;
};
