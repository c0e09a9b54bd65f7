import type { Log } from "../log/log.ts";
import type { FailFastRedis } from "../redis/fail-fast-redis.ts";
import type { SharedCache } from "./shared-cache.ts";

const TTL_SECONDS = 300;
/** Redis is busy longer with a larger text than the caller is with rebuilding it. In UTF-16 units. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Keeps one version per key, so that its memory does not grow with the number of changes. */
export const createRedisCache = (redis: FailFastRedis, log: Log): SharedCache => {
  const logFailure = (err: unknown) => log.debug({ err }, "the shared cache does not answer");
  const keyOf = (key: string) => `artel:cache:${key}`;
  return {
    get: async (key, version) => {
      try {
        return await redis.run((client) => client.hget(keyOf(key), version));
      } catch (err) {
        logFailure(err);
        return null;
      }
    },
    set: (key, version, text) => {
      if (text.length > MAX_LENGTH) return;
      const name = keyOf(key);
      redis
        .run((client) => client.multi().del(name).hset(name, version, text).expire(name, TTL_SECONDS).exec())
        .catch(logFailure);
    },
  };
};
