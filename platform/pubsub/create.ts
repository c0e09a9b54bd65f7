import type { Clock } from "../clock/clock.ts";
import type { DatabaseConfig } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createLocalPubSub } from "./local.ts";
import type { LogReader } from "./log-reader.ts";
import type { PubSubProvider } from "./provider.ts";

export type CreatePubSubDeps = {
  readonly redisUrls: readonly string[] | null;
  readonly database: DatabaseConfig;
  /** Reads the event log of `database`. */
  readonly reader: LogReader;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

/** Creates the configured bus: Redis, Postgres, Redis with failover to Postgres, or the in-process one. */
export const createPubSub = async (deps: CreatePubSubDeps): Promise<PubSubProvider> => {
  const { reader, log, clock, metrics } = deps;
  const redis = await createRedis(deps);
  const postgres = await createPostgres(deps);
  if (redis !== null && postgres !== null) {
    const { createFailoverPubSub } = await import("./failover.ts");
    return createFailoverPubSub({ primary: redis, secondary: postgres, clock, log });
  }
  return redis ?? postgres ?? createLocalPubSub({ log: reader, metrics, logger: log });
};

const createRedis = async ({ redisUrls, log, clock, metrics }: CreatePubSubDeps): Promise<PubSubProvider | null> =>
  redisUrls === null ? null : (await import("./redis.ts")).createRedisPubSub({ urls: redisUrls, log, clock, metrics });

const createPostgres = async (deps: CreatePubSubDeps): Promise<PubSubProvider | null> => {
  const { database, reader, log, clock, metrics } = deps;
  if (database.kind !== "postgres") return null;
  return (await import("./postgres.ts")).createPostgresPubSub({ url: database.url, reader, log, clock, metrics });
};
