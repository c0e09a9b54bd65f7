import type { Clock } from "../clock/clock.ts";
import type { Rate } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { Allowance, RateLimiter } from "./rate-limit.ts";

/** What this process has taken is told to the others so often, in milliseconds. */
const SETTLE_EVERY_MS = 250;

export type TenantBudget = {
  /** Takes one request of a tenant; answers what is exceeded when there is nothing left, and then takes nothing. */
  take(tenantId: string): Allowance | null;
  stop(): void;
};

type Account = {
  /** Taken here since it was last told. */
  taken: number;
  /** As it was told then. */
  remaining: number;
  endsAt: number;
  /** It is being told now: a second telling beside it would have its answer undone. */
  isSettling: boolean;
};

/**
 * Bounds what the people of one tenant ask for together, so that one tenant cannot keep the others waiting. Asked within
 * transactions, so it never waits: each process takes from what it knows to be left, and counts with the others shortly
 * after. They may exceed the bound together by what they take in a quarter of a second.
 */
export const createTenantBudget = (deps: {
  readonly rate: Rate;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
}): TenantBudget => {
  const { rate, limiter, clock, log } = deps;
  const accounts = new Map<string, Account>();

  const accountOf = (tenantId: string): Account => {
    const now = clock.now();
    const known = accounts.get(tenantId);
    if (known !== undefined && now < known.endsAt) return known;
    const account = {
      taken: known?.taken ?? 0,
      remaining: rate.points,
      endsAt: now + rate.seconds * 1_000,
      isSettling: false,
    };
    accounts.set(tenantId, account);
    return account;
  };

  /** Never rejects. */
  const settle = async (tenantId: string, account: Account): Promise<void> => {
    const { taken } = account;
    account.taken = 0;
    account.isSettling = true;
    // Until the answer is there nothing of it counts as left.
    account.remaining -= taken;
    try {
      const { remaining, resetSeconds } = await limiter.consume(tenantId, taken);
      account.remaining = remaining;
      account.endsAt = clock.now() + resetSeconds * 1_000;
    } catch (err) {
      log.warn({ err, tenantId }, "requests could not be counted");
    } finally {
      account.isSettling = false;
    }
  };

  const stop = clock.every(SETTLE_EVERY_MS, () => {
    const now = clock.now();
    for (const [tenantId, account] of accounts) {
      if (account.isSettling) continue;
      if (account.taken > 0) void settle(tenantId, account);
      else if (now >= account.endsAt) accounts.delete(tenantId);
    }
  });

  return {
    take: (tenantId) => {
      const account = accountOf(tenantId);
      if (account.taken < account.remaining) {
        account.taken += 1;
        return null;
      }
      return {
        allowed: false,
        limit: rate.points,
        remaining: 0,
        windowSeconds: rate.seconds,
        resetSeconds: Math.max(1, Math.ceil((account.endsAt - clock.now()) / 1_000)),
      };
    },
    stop,
  };
};
