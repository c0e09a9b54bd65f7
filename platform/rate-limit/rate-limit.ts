import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Rate } from "../config/config.ts";

export type Allowance = {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly windowSeconds: number;
  /** Until the window begins anew, at least 1. */
  readonly resetSeconds: number;
};

export type RateLimiter = { consume(key: string): Promise<Allowance> };

export type RateLimits = {
  /** REST requests of a user. */
  readonly rest: RateLimiter;
  /** Sign-ups and sign-ins from an address. */
  readonly auth: RateLimiter;
};

const createLimiter = (name: string, rate: Rate): RateLimiter => {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points: rate.points, duration: rate.seconds });
  const allowance = (allowed: boolean, result: RateLimiterRes): Allowance => ({
    allowed,
    limit: rate.points,
    remaining: Math.max(0, result.remainingPoints),
    windowSeconds: rate.seconds,
    resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
  });
  return {
    consume: async (key) => {
      try {
        return allowance(true, await limiter.consume(key));
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return allowance(false, refusal);
        throw refusal;
      }
    },
  };
};

export const createRateLimits = (rates: { rest: Rate; auth: Rate }): RateLimits => ({
  rest: createLimiter("rest", rates.rest),
  auth: createLimiter("auth", rates.auth),
});
