import { Redis } from "ioredis";
import type { Log } from "../log/log.ts";

export type RateLimitRedis = Redis;

const TIMEOUT_MS = 500;

/** A connection for counting: it answers quickly or fails, for a request waits on it. */
export const connectRateLimitRedis = (url: string, log: Log): RateLimitRedis => {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  });
  // The bus says already that Redis is away.
  redis.on("error", (err: Error) => log.debug({ err }, "limits are counted in memory while Redis is away"));
  return redis;
};
