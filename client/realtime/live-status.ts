import type { Connection, StopReason } from "./connection/state.ts";
import { type ConnectionProblem, isSameProblem, type StreamProblem } from "./connection-problem.ts";
import type { Rung } from "./fallback/state.ts";
import type { Subscription } from "./subscription/state.ts";

export type LiveStatus = {
  readonly status: "live" | "streaming" | "polling" | "reconnecting" | "offline";
  /** Epoch milliseconds at which the client last knew that it was in step. */
  readonly inStepAt: number | null;
  readonly reason?: StopReason;
  /** Why no socket comes about. */
  readonly problem?: ConnectionProblem;
  /** Why no stream does either. */
  readonly streamProblem?: StreamProblem;
};

export type TenantFacts = { readonly subscription: Subscription; readonly inStepAt: number | null };

/** Short breaks need no explanation. */
const ATTEMPTS_BEFORE_PROBLEM = 3;

const isFailing = (connection: Connection): boolean =>
  "attempt" in connection && connection.kind !== "open" && connection.attempt >= ATTEMPTS_BEFORE_PROBLEM;

const oldest = (tenants: readonly TenantFacts[]): number | null => {
  let at: number | null = null;
  for (const { inStepAt } of tenants) {
    if (inStepAt !== null) at = at === null ? inStepAt : Math.min(at, inStepAt);
  }
  return at;
};

const settled = ({ subscription }: TenantFacts): boolean =>
  subscription.kind === "live" ||
  subscription.kind === "unlogged" ||
  (subscription.kind === "unsubscribed" && subscription.waiting);

const isDelivered = ({ subscription: { kind } }: TenantFacts): boolean => kind === "live" || kind === "unlogged";

type Way = {
  readonly networkUp: boolean;
  readonly rung: Rung;
  /** Polling brings answers. */
  readonly polled: boolean;
  readonly problem?: ConnectionProblem | null;
  readonly streamProblem?: StreamProblem | null;
};

const wordFor = (connection: Connection, tenants: readonly TenantFacts[], { rung, polled }: Way) => {
  if (tenants.some(({ subscription }) => subscription.kind === "polling")) return "polling";
  if (rung === "polling" && polled) return "polling";
  const settles = tenants.every(settled);
  if (rung === "stream" && settles && tenants.some(isDelivered)) return "streaming";
  return rung === "socket" && settles && connection.kind === "open" ? "live" : "reconnecting";
};

/** How live the page is, in one word, since when it is not, and why. */
export const liveStatus = (connection: Connection, all: readonly TenantFacts[], way: Way): LiveStatus => {
  const tenants = all.filter(({ subscription }) => subscription.kind !== "denied");
  const inStepAt = oldest(tenants);
  if (connection.kind === "stopped") return { status: "offline", inStepAt, reason: connection.reason };
  if (!way.networkUp) return { status: "offline", inStepAt };
  const status = wordFor(connection, tenants, way);
  const isTold = connection.kind !== "open" && (status !== "reconnecting" || isFailing(connection));
  if (!isTold) return { status, inStepAt };
  const { problem, streamProblem } = way;
  return {
    status,
    inStepAt,
    ...(problem ? { problem } : {}),
    ...(streamProblem && status !== "streaming" ? { streamProblem } : {}),
  };
};

/** While it is live, "in step" is told no oftener than this. */
const GRAIN_MS = 5_000;

/** Whether nothing changed that is worth rendering for. */
export const saysTheSame = (known: LiveStatus, next: LiveStatus): boolean => {
  if (next.status !== known.status || next.reason !== known.reason) return false;
  if (!isSameProblem(next.problem, known.problem)) return false;
  if (!isSameProblem(next.streamProblem, known.streamProblem)) return false;
  if (next.inStepAt === known.inStepAt) return true;
  if (next.inStepAt === null || known.inStepAt === null) return false;
  return (next.status === "live" || next.status === "streaming") && next.inStepAt - known.inStepAt < GRAIN_MS;
};
