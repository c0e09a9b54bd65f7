import type { Clock } from "../clock/clock.ts";
import type { Rate } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { Allowance, RateLimiter } from "./rate-limit.ts";

/** How often a process adds its own consumption to the shared count. */
const SYNC_INTERVAL_MS = 250;

export type TenantBudget = {
  /** Counts one request. When nothing is left, counts nothing and returns the exceeded limit. */
  take(tenantId: string): Allowance | null;
  stop(): void;
};

type TenantWindow = {
  /** Requests of this process since the last sync. */
  unsynced: number;
  /** Points left in the shared count as of the last sync. */
  remaining: number;
  endsAt: number;
  /** One sync at a time: of two, the earlier answer could overwrite the later one. */
  isSyncing: boolean;
};

/**
 * Rate limit over all requests of a tenant, so that one tenant cannot starve the others. It is checked inside database
 * transactions and therefore synchronous: each process counts against its last known remainder and syncs it with the
 * shared count every SYNC_INTERVAL_MS. Together, processes may exceed the limit by their requests in one interval.
 */
export const createTenantBudget = (deps: {
  readonly rate: Rate;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
}): TenantBudget => {
  const { rate, limiter, clock, log } = deps;
  const windows = new Map<string, TenantWindow>();

  const windowOf = (tenantId: string): TenantWindow => {
    const now = clock.now();
    const known = windows.get(tenantId);
    if (known !== undefined && now < known.endsAt) return known;
    const window = {
      unsynced: known?.unsynced ?? 0,
      remaining: rate.points,
      endsAt: now + rate.seconds * 1_000,
      isSyncing: false,
    };
    windows.set(tenantId, window);
    return window;
  };

  /** Never rejects. */
  const sync = async (tenantId: string, window: TenantWindow): Promise<void> => {
    const { unsynced } = window;
    window.unsynced = 0;
    window.isSyncing = true;
    // Deducted until the shared count answers with the new remainder.
    window.remaining -= unsynced;
    try {
      const { remaining, resetSeconds } = await limiter.consume(tenantId, unsynced);
      window.remaining = remaining;
      window.endsAt = clock.now() + resetSeconds * 1_000;
    } catch (err) {
      log.warn({ err, tenantId }, "a tenant's requests could not be added to the shared count");
    } finally {
      window.isSyncing = false;
    }
  };

  const stop = clock.every(SYNC_INTERVAL_MS, () => {
    const now = clock.now();
    for (const [tenantId, window] of windows) {
      if (window.isSyncing) continue;
      if (window.unsynced > 0) void sync(tenantId, window);
      else if (now >= window.endsAt) windows.delete(tenantId);
    }
  });

  return {
    take: (tenantId) => {
      const window = windowOf(tenantId);
      if (window.unsynced < window.remaining) {
        window.unsynced += 1;
        return null;
      }
      return {
        allowed: false,
        limit: rate.points,
        remaining: 0,
        windowSeconds: rate.seconds,
        resetSeconds: Math.max(1, Math.ceil((window.endsAt - clock.now()) / 1_000)),
      };
    },
    stop,
  };
};
