import type { MiddlewareHandler } from "hono";
import type { Origins } from "../../platform/config/origins.ts";
import { AppError } from "../app-error.ts";
import type { AppEnv } from "../http.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Keeps other sites from acting with a user's cookie. A browser's change must come from a trusted origin; a program,
 * which sends neither `Origin` nor `Sec-Fetch-Site`, may use the cookie that it holds.
 */
export const trustedOrigin =
  (origins: Origins): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const byHeader = c.req.header("Authorization") !== undefined || c.req.header("x-api-key") !== undefined;
    if (!SAFE.has(c.req.method) && !byHeader) {
      const origin = c.req.header("Origin");
      if (origin === undefined ? c.req.header("Sec-Fetch-Site") !== undefined : !origins.trusted.has(origin)) {
        throw new AppError(
          "UNTRUSTED_ORIGIN",
          origin === undefined
            ? "The browser sent no Origin header"
            : `${origin.slice(0, 200)} is not trusted; an administrator can add it to TRUSTED_ORIGINS`,
        );
      }
    }
    await next();
  };
