import type { Log } from "../log/log.ts";
import type { QuickRedis } from "../redis/quick-redis.ts";
import type { SharedCache } from "./shared-cache.ts";

const KEPT_SECONDS = 300;
/** Larger texts keep Redis from serving others for longer than it takes to make them. In UTF-16 units. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Of each key one version is kept: the memory it takes does not grow with how often something changes. */
export const createRedisCache = (redis: QuickRedis, log: Log): SharedCache => {
  const failed = (err: unknown) => log.debug({ err }, "the shared cache does not answer");
  const keyOf = (key: string) => `artel:cache:${key}`;
  return {
    get: async (key, version) => {
      try {
        return await redis.run((client) => client.hget(keyOf(key), version));
      } catch (err) {
        failed(err);
        return null;
      }
    },
    set: (key, version, text) => {
      if (text.length > MAX_LENGTH) return;
      const name = keyOf(key);
      redis
        .run((client) => client.multi().del(name).hset(name, version, text).expire(name, KEPT_SECONDS).exec())
        .catch(failed);
    },
  };
};
