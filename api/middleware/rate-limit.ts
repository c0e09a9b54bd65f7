import type { MiddlewareHandler } from "hono";
import type { Allowance, RateLimiter } from "../../platform/rate-limit/rate-limit.ts";
import { RateLimited } from "../app-error.ts";
import type { AppContext, AppEnv } from "../http.ts";

/** Says in headers what is left. */
export const tellAllowance = (c: AppContext, { limit, windowSeconds, remaining, resetSeconds }: Allowance): void => {
  c.header("RateLimit-Policy", `${limit};w=${windowSeconds}`);
  c.header("RateLimit-Limit", String(limit));
  c.header("RateLimit-Remaining", String(remaining));
  c.header("RateLimit-Reset", String(resetSeconds));
};

/** Bounds requests by key. `whose`: who is told that there is no more. */
export const rateLimit =
  (limiter: RateLimiter, whose: string, keyOf: (c: AppContext) => string): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const allowance = await limiter.consume(keyOf(c));
    tellAllowance(c, allowance);
    if (!allowance.allowed) throw new RateLimited(allowance, whose);
    await next();
  };
