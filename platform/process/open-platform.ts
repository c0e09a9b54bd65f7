import { v7 } from "uuid";
import packageJson from "../../package.json" with { type: "json" };
import { eventDataIssues } from "../../shared/events.ts";
import { createRedisCache } from "../cache/redis-cache.ts";
import { NO_SHARED_CACHE } from "../cache/shared-cache.ts";
import { systemClock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import { resolveSecret } from "../config/secret.ts";
import { openDb } from "../db/open-db.ts";
import { createConsumers } from "../events/consumers.ts";
import { createFeedHub } from "../events/feed-hub.ts";
import { exposeLag } from "../events/lag.ts";
import { createLogReader } from "../events/log.ts";
import { type Relay, startRelay } from "../events/relay.ts";
import { startRetention } from "../events/retention.ts";
import { createLog } from "../log/log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createPubSub } from "../pubsub/create.ts";
import { createRateLimits } from "../rate-limit/rate-limit.ts";
import { createTenantBudget } from "../rate-limit/tenant-budget.ts";
import { connectFailFastRedis } from "../redis/fail-fast-redis.ts";
import { createRealtimeTokens } from "../tokens/realtime-token.ts";

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** Opens everything that a process with a database needs. @throws ConfigError, DatabaseError */
export const openPlatform = async (config: Config) => {
  const clock = systemClock;
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  metrics.collectDefaults();
  const secret = resolveSecret(config);
  const db = await openDb(config.database, log);
  // Without a bus only one process may use the database file.
  const release = config.redisUrls === null ? await db.claim?.() : undefined;
  await db.migrate();
  const pubsub = await createPubSub({
    redisUrls: config.redisUrls,
    database: config.database,
    reader: createLogReader(db),
    log,
    clock,
    metrics,
  });
  const relay = startRelay({ db, pubsub, clock, log, metrics, random: Math.random, newEpoch: v7 });
  await relay.compared;
  const consumers = createConsumers({ db, clock, log, metrics, random: Math.random });
  exposeLag({ db, log, metrics });
  const feeds = createFeedHub({ pubsub, clock, log, metrics, validateData: eventDataIssues });
  const stopRetention = startRetention({ db, clock, log });
  const tokens = createRealtimeTokens(secret, clock);
  const redis = config.redisUrls === null ? null : connectFailFastRedis(config.redisUrls, { clock, log });
  const cache = redis === null ? NO_SHARED_CACHE : createRedisCache(redis, log);
  const rates = { rest: config.rateLimit, auth: config.authRateLimit, tenant: config.tenantRateLimit };
  const rateLimits = createRateLimits(rates, redis);
  const tenantBudget = createTenantBudget({ rate: rates.tenant, limiter: rateLimits.tenant, clock, log });
  const nudgeAll: Relay["nudge"] = (tenantId, committed) => {
    relay.nudge(tenantId, committed);
    if (committed.entries.length > 0) consumers.nudge(tenantId);
  };
  return {
    clock,
    log,
    metrics,
    secret,
    db,
    pubsub,
    relay: { ...relay, nudge: nudgeAll },
    consumers,
    feeds,
    tokens,
    rateLimits,
    tenantBudget,
    cache,
    version: packageJson.version,
    close: async () => {
      await stopRetention();
      await consumers.stop();
      await relay.stop();
      await feeds.close();
      await pubsub.close();
      tenantBudget.stop();
      redis?.close();
      await release?.();
      await db.close();
    },
  };
};
