import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Rate } from "../config/config.ts";
import type { FailFastRedis } from "../redis/fail-fast-redis.ts";

export type Allowance = {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly windowSeconds: number;
  /** Seconds until the next window, at least 1. */
  readonly resetSeconds: number;
};

export type RateLimiter = { consume(key: string, points?: number): Promise<Allowance> };

export type RateLimits = {
  /** REST requests, by user. */
  readonly rest: RateLimiter;
  /** Sign-ups and sign-ins, by client address. */
  readonly auth: RateLimiter;
  /** REST requests, by tenant. */
  readonly tenant: RateLimiter;
};

/** Counts in Redis, shared by all processes. While Redis is unavailable each process counts in memory. */
const createLimiter = (name: string, rate: Rate, redis: FailFastRedis | null): RateLimiter => {
  const options = { keyPrefix: `artel:limit:${name}`, points: rate.points, duration: rate.seconds };
  const memory = new RateLimiterMemory(options);
  const shared = redis === null ? null : new RateLimiterRedis({ ...options, storeClient: redis.client });
  const consume = async (key: string, points: number): Promise<RateLimiterRes> => {
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
        return allowance(true, await consume(key, points));
      } catch (rejection) {
        // rate-limiter-flexible rejects with the result when the limit is exceeded.
        if (rejection instanceof RateLimiterRes) return allowance(false, rejection);
        throw rejection;
      }
    },
  };
};

export const createRateLimits = (
  rates: { readonly rest: Rate; readonly auth: Rate; readonly tenant: Rate },
  redis: FailFastRedis | null = null,
): RateLimits => ({
  rest: createLimiter("rest", rates.rest, redis),
  auth: createLimiter("auth", rates.auth, redis),
  tenant: createLimiter("tenant", rates.tenant, redis),
});
