import { heldConsumers } from "../../../platform/events/cursors.ts";
import type { Health, HealthStatus, PubSubHealth } from "../../../shared/health.ts";
import type { ApiDeps } from "../../deps.ts";

type Check = Health["checks"][string];

const worst = (statuses: readonly HealthStatus[]): HealthStatus =>
  statuses.includes("down") ? "down" : statuses.includes("degraded") ? "degraded" : "ok";

/**
 * Down without the database. Degraded without pub/sub, because changes reach people only when it is back, and while a
 * log consumer is held, because events are deleted that it had not taken.
 */
export const getHealth = async (deps: ApiDeps): Promise<Health> => {
  const [{ database, ...held }, pubsub] = await Promise.all([checkDatabase(deps), deps.pubsub.isHealthy()]);
  const checks: Health["checks"] = {
    database,
    pubsub: pubsub ? { status: "ok" } : { status: "degraded", detail: `no answer from ${deps.pubsub.name}` },
    ...held,
  };
  return {
    status: worst(Object.values(checks).map((check) => check.status)),
    version: deps.version,
    uptimeSeconds: Math.round(process.uptime()),
    checks,
  };
};

const checkDatabase = async (deps: ApiDeps): Promise<{ database: Check } & Record<string, Check>> => {
  try {
    const held = await heldConsumers(deps.db.read);
    return {
      database: { status: "ok" },
      ...Object.fromEntries(held.map(({ name, since }) => [`consumer:${name}`, heldSince(since)])),
    };
  } catch (err) {
    deps.log.error({ err }, "the database does not answer");
    return { database: { status: "down", detail: "the database does not answer" } };
  }
};

const heldSince = (since: string): Check => ({
  status: "degraded",
  detail: `events were deleted before it took them, since ${since}`,
});

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
