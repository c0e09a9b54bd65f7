import type { Clock } from "../clock/clock.ts";
import type { Db } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import { tenantsBehind } from "./cursors.ts";

const SWEEP_MS = 1_000;
/** How long an event is left to the process that committed it. */
const GRACE_MS = 1_000;
const BATCH = 500;
/** A sweep looks at the heads that moved within this time. No transaction takes as long to commit. */
const RECENT_MS = 30_000;
/** Every so often a sweep looks at all heads: clocks differ, and a process may die after others have looked. */
const FULL_EVERY_MS = 60_000;

export type SweepDeps = { readonly db: Db; readonly clock: Clock; readonly log: Log };

export type SweepOptions = {
  readonly consumer: string;
  /** Runs before each sweep; when it rejects, the sweep is skipped. */
  readonly before?: () => Promise<void>;
  /** Called for each tenant with events that the consumer has not taken, in the order of their last events. */
  readonly found: (tenantId: string) => void;
};

/**
 * Looks every second for tenants whose log is ahead of a consumer's cursor: events that a process committed and could
 * not pass on. Returns a function that stops it and waits for the last sweep.
 */
export const startSweep = ({ db, clock, log }: SweepDeps, options: SweepOptions): (() => Promise<void>) => {
  const { consumer, before, found } = options;
  let fullAt = Number.NEGATIVE_INFINITY;
  let stopped = false;

  const sweep = async (): Promise<void> => {
    await before?.();
    const now = clock.now();
    const isFull = now >= fullAt;
    const behind = await tenantsBehind(db.read, consumer, {
      since: isFull ? "" : new Date(now - RECENT_MS).toISOString(),
      before: new Date(now - GRACE_MS).toISOString(),
      limit: BATCH,
    });
    if (isFull && behind.length < BATCH) fullAt = now + FULL_EVERY_MS;
    if (!stopped) behind.forEach(found);
  };

  let sweeping: Promise<void> | null = null;
  const startOne = () => {
    sweeping ??= sweep()
      .catch((err: unknown) => log.warn({ err, consumer }, "a sweep of the event log failed; it is tried again"))
      .finally(() => {
        sweeping = null;
      });
  };
  const stop = clock.every(SWEEP_MS, startOne);

  return async () => {
    stopped = true;
    stop();
    await sweeping;
  };
};
