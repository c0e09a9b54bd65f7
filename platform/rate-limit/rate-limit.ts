import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Rate } from "../config/config.ts";
import type { QuickRedis } from "../redis/quick-redis.ts";

export type Allowance = {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly windowSeconds: number;
  /** Until the window begins anew, at least 1. */
  readonly resetSeconds: number;
};

export type RateLimiter = { consume(key: string, points?: number): Promise<Allowance> };

export type RateLimits = {
  /** REST requests of a user. */
  readonly rest: RateLimiter;
  /** Sign-ups and sign-ins from an address. */
  readonly auth: RateLimiter;
  /** REST requests of all the people of a tenant. */
  readonly tenant: RateLimiter;
};

/** Counts in Redis, so that all processes count together; while Redis is away each counts for itself. */
const createLimiter = (name: string, rate: Rate, redis: QuickRedis | null): RateLimiter => {
  const options = { keyPrefix: `artel:limit:${name}`, points: rate.points, duration: rate.seconds };
  const memory = new RateLimiterMemory(options);
  const shared = redis === null ? null : new RateLimiterRedis({ ...options, storeClient: redis.client });
  const take = async (key: string, points: number): Promise<RateLimiterRes> => {
    if (redis === null || shared === null) return memory.consume(key, points);
    try {
      return await redis.run(() => shared.consume(key, points));
    } catch (err) {
      if (err instanceof RateLimiterRes) throw err;
      return memory.consume(key, points);
    }
  };
  const allowance = (allowed: boolean, result: RateLimiterRes): Allowance => ({
    allowed,
    limit: rate.points,
    remaining: Math.max(0, result.remainingPoints),
    windowSeconds: rate.seconds,
    resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
  });
  return {
    consume: async (key, points = 1) => {
      try {
        return allowance(true, await take(key, points));
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return allowance(false, refusal);
        throw refusal;
      }
    },
  };
};

export const createRateLimits = (
  rates: { readonly rest: Rate; readonly auth: Rate; readonly tenant: Rate },
  redis: QuickRedis | null = null,
): RateLimits => ({
  rest: createLimiter("rest", rates.rest, redis),
  auth: createLimiter("auth", rates.auth, redis),
  tenant: createLimiter("tenant", rates.tenant, redis),
});
