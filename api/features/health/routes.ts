import { timingSafeEqual } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import { healthSchema, pubSubHealthSchema } from "../../../shared/health.ts";
import { problemSchema } from "../../../shared/problem.ts";
import { AppError } from "../../app-error.ts";
import type { ApiDeps } from "../../deps.ts";
import { type AppContext, answer } from "../../http.ts";
import { createRouter, okPlain } from "../../openapi.ts";
import { getHealth, getPubSubHealth } from "./service.ts";

const tags = ["Operations"];

/** These routes take no input, so that only the request as such can be refused, e.g. its method. */
const unacceptable = {
  "4XX": {
    description: "The request is not acceptable, its method for one",
    content: { "application/problem+json": { schema: problemSchema } },
  },
};

const health = createRoute({
  method: "get",
  path: "/api/health",
  operationId: "getHealth",
  summary: "Whether this process can serve",
  tags,
  security: [],
  responses: {
    200: okPlain(healthSchema, "`ok` or `degraded`"),
    503: okPlain(healthSchema, "`down`"),
    ...unacceptable,
  },
});

const pubSubHealth = createRoute({
  method: "get",
  path: "/api/health/pubsub",
  operationId: "getPubSubHealth",
  summary: "Which pub/sub is in use, and whether a probe message just made the round trip",
  tags,
  security: [],
  responses: { 200: okPlain(pubSubHealthSchema, "The state of pub/sub"), ...unacceptable },
});

export const healthRoutes = (deps: ApiDeps) => {
  const router = createRouter();
  router.openapi(health, async (c) => {
    const body = await getHealth(deps);
    return answer(c.json(body, body.status === "down" ? 503 : 200));
  });
  router.openapi(pubSubHealth, async (c) => answer(c.json(await getPubSubHealth(deps), 200)));
  return router;
};

const tokenMatches = (given: string | undefined, token: string): boolean => {
  const a = Buffer.from(given ?? "");
  const b = Buffer.from(`Bearer ${token}`);
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
};

/** Answers Prometheus text to loopback peers without forwarding headers, and to holders of METRICS_TOKEN. */
export const metricsHandler = (deps: ApiDeps) => async (c: AppContext) => {
  const { metricsToken } = deps.config;
  const allowed =
    c.env.loopback || (metricsToken !== null && tokenMatches(c.req.header("Authorization"), metricsToken));
  if (!allowed)
    throw new AppError(
      "UNAUTHENTICATED",
      "Send METRICS_TOKEN as a bearer token, or ask from the same machine without a proxy",
    );
  return c.body(await deps.metrics.registry.metrics(), 200, { "Content-Type": deps.metrics.registry.contentType });
};
