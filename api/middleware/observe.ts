import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Log } from "../../platform/log/log.ts";
import type { Metrics } from "../../platform/metrics/metrics.ts";
import type { AppEnv } from "../http.ts";

const QUIET = new Set(["/api/health", "/metrics"]);

/** Measures and logs every request by its route: a path can hold a secret, e.g. an invitation's id. */
export const observe =
  (log: Log, metrics: Metrics): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const started = performance.now();
    await next();
    const seconds = (performance.now() - started) / 1000;
    const matched = routePath(c, -1);
    const route = matched === "*" || matched === "/*" ? "other" : matched;
    metrics.httpSeconds.observe({ method: c.req.method, route, status: String(c.res.status) }, seconds);
    const entry = {
      requestId: c.get("requestId"),
      userId: c.get("scope")?.userId,
      tenantId: c.req.param("teamId"),
      method: c.req.method,
      route,
      status: c.res.status,
      ms: Math.round(seconds * 10_000) / 10,
    };
    if (c.res.status >= 500) log.error(entry, "request");
    else if (!QUIET.has(route)) log.debug(entry, "request");
  };
