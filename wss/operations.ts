import { timingSafeEqual } from "node:crypto";
import type { Metrics } from "../platform/metrics/metrics.ts";
import type { Client } from "../platform/net/client-address.ts";
import type { PubSubProvider } from "../platform/pubsub/provider.ts";
import type { Health } from "../shared/health.ts";

export type OperationsDeps = {
  readonly pubsub: Pick<PubSubProvider, "isHealthy" | "name">;
  readonly metrics: Metrics;
  readonly metricsToken: string | null;
  readonly version: string;
};

/** Answers `/health` and `/metrics`; `undefined` for any other path. */
export const createOperations =
  (deps: OperationsDeps) =>
  (request: Request, client: Client): Promise<Response> | Response | undefined => {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return health(deps);
    if (pathname === "/metrics") return metrics(deps, request, client);
    return undefined;
  };

/** Without pub/sub, sockets stay open and clients poll the API: degraded, not down. */
const health = async ({ pubsub, version }: OperationsDeps): Promise<Response> => {
  const check: Health["checks"][string] = (await pubsub.isHealthy())
    ? { status: "ok" }
    : { status: "degraded", detail: `no answer from ${pubsub.name}` };
  const body: Health = {
    status: check.status,
    version,
    uptimeSeconds: Math.round(process.uptime()),
    checks: { pubsub: check },
  };
  return Response.json(body, { headers: { "cache-control": "no-store" } });
};

const metrics = async (deps: OperationsDeps, request: Request, client: Client): Promise<Response> => {
  const { registry } = deps.metrics;
  if (!client.loopback && !hasToken(request, deps.metricsToken)) {
    return new Response("Send METRICS_TOKEN as a bearer token, or ask from the same machine without a proxy.\n", {
      status: 401,
      headers: { "www-authenticate": "Bearer" },
    });
  }
  return new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } });
};

const hasToken = (request: Request, token: string | null): boolean => {
  if (token === null) return false;
  const actual = Buffer.from(request.headers.get("authorization") ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return actual.byteLength === expected.byteLength && timingSafeEqual(actual, expected);
};
