import type { Log } from "../log/log.ts";
import type { QuickRedis } from "../redis/quick-redis.ts";
import type { SharedCache } from "./shared-cache.ts";

const KEPT_SECONDS = 300;
/** Larger texts keep Redis from serving others for longer than it takes to make them. In UTF-16 units. */
const MAX_LENGTH = 4 * 1024 * 1024;

export const createRedisCache = (redis: QuickRedis, log: Log): SharedCache => {
  const failed = (err: unknown) => log.debug({ err }, "the shared cache does not answer");
  const keyOf = (key: string) => `artel:cache:${key}`;
  return {
    get: async (key) => {
      try {
        return await redis.get(keyOf(key));
      } catch (err) {
        failed(err);
        return null;
      }
    },
    set: (key, text) => {
      if (text.length <= MAX_LENGTH) redis.set(keyOf(key), text, "EX", KEPT_SECONDS).catch(failed);
    },
  };
};
