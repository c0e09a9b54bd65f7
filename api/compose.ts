import { v4, v7 } from "uuid";
import packageJson from "../package.json" with { type: "json" };
import { systemClock } from "../platform/clock/clock.ts";
import type { Config } from "../platform/config/config.ts";
import type { Origins } from "../platform/config/origins.ts";
import { resolveSecret } from "../platform/config/secret.ts";
import { type Db, openDb } from "../platform/db/db.ts";
import { claimDatabase } from "../platform/db/instance-lock.ts";
import { createFeedHub } from "../platform/events/feed-hub.ts";
import { createLogReader } from "../platform/events/log.ts";
import { startRelay } from "../platform/events/relay.ts";
import { startRetention } from "../platform/events/retention.ts";
import { createLog } from "../platform/log/log.ts";
import { createMetrics } from "../platform/metrics/metrics.ts";
import { createPubSub } from "../platform/pubsub/create.ts";
import { createRateLimits } from "../platform/rate-limit/rate-limit.ts";
import { createRealtimeTokens } from "../platform/tokens/realtime-token.ts";
import { createApp } from "./app.ts";

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** Opens what a process with the database stands on. @throws ConfigError, DatabaseError */
export const openPlatform = async (config: Config) => {
  const clock = systemClock;
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  metrics.collectDefaults();
  const secret = resolveSecret(config);
  const db = await openDb(config.database);
  const claim = claimFile(config);
  await db.migrate();
  const pubsub = await createPubSub({ redisUrls: config.redisUrls, reader: createLogReader(db), log, clock, metrics });
  const relay = startRelay({ db, pubsub, clock, log, metrics, random: Math.random });
  const feeds = createFeedHub({ pubsub, clock, log, metrics });
  const stopRetention = startRetention({ db, clock, log });
  const tokens = createRealtimeTokens(secret, clock);
  const rateLimits = createRateLimits({ rest: config.rateLimit, auth: config.authRateLimit });
  return {
    clock,
    log,
    metrics,
    secret,
    db,
    pubsub,
    relay,
    feeds,
    tokens,
    rateLimits,
    version: packageJson.version,
    close: async () => {
      await stopRetention();
      await relay.stop();
      await feeds.close();
      await pubsub.close();
      await db.close();
      claim?.release();
    },
  };
};

/** Without a bus between processes a SQLite file belongs to one of them. */
const claimFile = (config: Config): { release(): void } | null =>
  config.redisUrls === null && config.database.kind === "sqlite" ? claimDatabase(config.database.path) : null;

/** The REST interface, the event stream and the page on an open platform. */
export const composeApi = (
  platform: Omit<Platform, "close"> & { readonly db: Db },
  options: { readonly config: Config; readonly origins: Origins; readonly pageDirectory: string },
) =>
  createApp(
    {
      ...platform,
      config: options.config,
      origins: options.origins,
      newId: v7,
      newSecretId: v4,
    },
    { pageDirectory: options.pageDirectory },
  );
