import { Cluster, Redis } from "ioredis";
import type { Log } from "../log/log.ts";

/** A connection that answers quickly or fails: a request waits on it, and there is another way. */
export type QuickRedis = Redis | Cluster;

const TIMEOUT_MS = 500;
const OPTIONS = { maxRetriesPerRequest: 0, connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS } as const;

/** `urls`: one address, or several seeds of a cluster. */
export const connectQuickRedis = (urls: readonly string[], log: Log): QuickRedis => {
  const redis =
    urls.length > 1
      ? new Cluster([...urls], { enableOfflineQueue: false, redisOptions: OPTIONS })
      : new Redis(urls[0] ?? "", { ...OPTIONS, enableOfflineQueue: false });
  // The bus says already that Redis is away.
  redis.on("error", (err: Error) => log.debug({ err }, "limits and snapshots do without Redis while it is away"));
  return redis;
};
