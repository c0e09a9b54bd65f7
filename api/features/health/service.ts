import { probe } from "../../../platform/db/db.ts";
import type { Health, HealthStatus, PubSubHealth } from "../../../shared/health.ts";
import type { ApiDeps } from "../../deps.ts";

const worst = (statuses: readonly HealthStatus[]): HealthStatus =>
  statuses.includes("down") ? "down" : statuses.includes("degraded") ? "degraded" : "ok";

/** `down` without the database; `degraded` without pub/sub, whose events are delivered once it is back. */
export const getHealth = async (deps: ApiDeps): Promise<Health> => {
  const [database, pubsub] = await Promise.all([checkDatabase(deps), deps.pubsub.isHealthy()]);
  const checks: Health["checks"] = {
    database,
    pubsub: pubsub ? { status: "ok" } : { status: "degraded", detail: `no answer from ${deps.pubsub.name}` },
  };
  return {
    status: worst(Object.values(checks).map((check) => check.status)),
    version: deps.version,
    uptimeSeconds: Math.round(process.uptime()),
    checks,
  };
};

const checkDatabase = async (deps: ApiDeps): Promise<Health["checks"][string]> => {
  try {
    await probe(deps.db);
    return { status: "ok" };
  } catch (err) {
    deps.log.error({ err }, "the database does not answer");
    return { status: "down", detail: "the database does not answer" };
  }
};

export const getPubSubHealth = async (deps: ApiDeps): Promise<PubSubHealth> => {
  const healthy = await deps.pubsub.isHealthy();
  const stats = deps.pubsub.stats();
  const total = stats.channels + stats.patterns;
  return {
    status: healthy ? "ok" : "degraded",
    provider: deps.pubsub.name,
    healthy,
    stats: { channels: stats.channels, patterns: stats.patterns },
    subscriptions: deps.pubsub.name === "local" ? { local: total, remote: 0 } : { local: 0, remote: total },
    timestamp: new Date(deps.clock.now()).toISOString(),
  };
};
