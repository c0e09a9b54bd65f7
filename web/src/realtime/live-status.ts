import type { Connection, StopReason } from "./connection-state.ts";
import type { Subscription } from "./subscription-state.ts";
import { isSameTrouble, type Trouble } from "./trouble.ts";

export type LiveStatus = {
  readonly status: "live" | "reconnecting" | "offline" | "polling";
  /** Epoch milliseconds at which the client last knew that it was in step. */
  readonly inStepAt: number | null;
  readonly reason?: StopReason;
  /** Why it polls, while no socket comes about. */
  readonly trouble?: Trouble;
};

export type TenantFacts = { readonly subscription: Subscription; readonly inStepAt: number | null };

/** The socket does not come about: behind some proxies it never does. */
export const FAILED_ATTEMPTS_BEFORE_POLLING = 3;

export const isFailing = (connection: Connection): boolean =>
  "attempt" in connection && connection.kind !== "open" && connection.attempt >= FAILED_ATTEMPTS_BEFORE_POLLING;

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

/** How live the page is, in one word, and since when it is not. `polled` tells whether polling brings answers. */
export const liveStatus = (
  connection: Connection,
  all: readonly TenantFacts[],
  { networkUp, polled, trouble = null }: { networkUp: boolean; polled: boolean; trouble?: Trouble | null },
): LiveStatus => {
  const tenants = all.filter(({ subscription }) => subscription.kind !== "denied");
  const inStepAt = oldest(tenants);
  if (connection.kind === "stopped") return { status: "offline", inStepAt, reason: connection.reason };
  if (!networkUp) return { status: "offline", inStepAt };
  const isPolling = tenants.some(({ subscription }) => subscription.kind === "polling");
  if (isPolling || (polled && isFailing(connection)))
    return { status: "polling", inStepAt, ...(trouble && isFailing(connection) ? { trouble } : {}) };
  const live = connection.kind === "open" && tenants.every(settled);
  return { status: live ? "live" : "reconnecting", inStepAt };
};

/** While it is live, "in step" is told no oftener than this. */
const GRAIN_MS = 5_000;

/** Whether nothing changed that is worth rendering for. */
export const saysTheSame = (known: LiveStatus, next: LiveStatus): boolean => {
  if (next.status !== known.status || next.reason !== known.reason) return false;
  if (!isSameTrouble(next.trouble, known.trouble)) return false;
  if (next.inStepAt === known.inStepAt) return true;
  if (next.inStepAt === null || known.inStepAt === null) return false;
  return next.status === "live" && next.inStepAt - known.inStepAt < GRAIN_MS;
};
