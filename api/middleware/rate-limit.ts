import type { MiddlewareHandler } from "hono";
import type { RateLimiter } from "../../platform/rate-limit/rate-limit.ts";
import { AppError } from "../app-error.ts";
import type { AppContext, AppEnv } from "../http.ts";

/** Bounds requests by key and says in headers what is left. */
export const rateLimit =
  (limiter: RateLimiter, keyOf: (c: AppContext) => string): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const allowance = await limiter.consume(keyOf(c));
    c.header("RateLimit-Policy", `${allowance.limit};w=${allowance.windowSeconds}`);
    c.header("RateLimit-Limit", String(allowance.limit));
    c.header("RateLimit-Remaining", String(allowance.remaining));
    c.header("RateLimit-Reset", String(allowance.resetSeconds));
    if (!allowance.allowed) {
      throw new AppError(
        "RATE_LIMITED",
        `At most ${allowance.limit} in ${allowance.windowSeconds} s`,
        undefined,
        allowance.resetSeconds,
      );
    }
    await next();
  };
