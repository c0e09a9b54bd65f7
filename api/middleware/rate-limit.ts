import type { MiddlewareHandler } from "hono";
import type { Allowance, RateLimiter } from "../../platform/rate-limit/rate-limit.ts";
import { RateLimited } from "../app-error.ts";
import type { AppContext, AppEnv } from "../http.ts";

/** Sets the `RateLimit` headers. */
export const setRateLimitHeaders = (
  c: AppContext,
  { limit, windowSeconds, remaining, resetSeconds }: Allowance,
): void => {
  c.header("RateLimit-Policy", `${limit};w=${windowSeconds}`);
  c.header("RateLimit-Limit", String(limit));
  c.header("RateLimit-Remaining", String(remaining));
  c.header("RateLimit-Reset", String(resetSeconds));
};

/** Bounds requests by key. `whose` names the limited party in the message, e.g. `A user`. */
export const rateLimit =
  (limiter: RateLimiter, whose: string, keyOf: (c: AppContext) => string): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const allowance = await limiter.consume(keyOf(c));
    setRateLimitHeaders(c, allowance);
    if (!allowance.allowed) throw new RateLimited(allowance, whose);
    await next();
  };
