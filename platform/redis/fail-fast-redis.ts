import { type Cluster, Redis } from "ioredis";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { connectCluster } from "./connect-cluster.ts";
import { RedisUnavailableError, withRedisTimeout } from "./unavailable.ts";

/** A Redis connection with a circuit breaker, for requests that have a fallback when Redis does not answer. */
export type FailFastRedis = {
  readonly client: Redis | Cluster;
  /**
   * Rejects with RedisUnavailableError after half a second, and then at once until a PING succeeds. A Redis that hangs
   * would otherwise delay every request by half a second.
   */
  run<Answer>(command: (client: Redis | Cluster) => Promise<Answer>): Promise<Answer>;
  close(): void;
};

const TIMEOUT_MS = 500;
const PROBE_INTERVAL_MS = 1_000;
const OPTIONS = { maxRetriesPerRequest: 0, connectTimeout: TIMEOUT_MS, socketTimeout: 4 * TIMEOUT_MS } as const;

/** Connects to one Redis, or with several `urls` to a cluster through these seeds. */
export const connectFailFastRedis = (
  urls: readonly string[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): FailFastRedis => {
  const client =
    urls.length > 1
      ? connectCluster(urls, { enableOfflineQueue: false, redisOptions: OPTIONS })
      : new Redis(urls[0] ?? "", { ...OPTIONS, enableOfflineQueue: false });
  // Logged at debug level: pub/sub already warns that Redis is away.
  client.on("error", (err: Error) =>
    log.debug({ err }, "rate limits and the snapshot cache work without Redis until it is back"),
  );
  let isCircuitOpen = false;
  const probe = (): void => {
    if (client.status !== "ready") return;
    withRedisTimeout(clock, client.ping(), TIMEOUT_MS).then(
      () => {
        isCircuitOpen = false;
      },
      () => {
        isCircuitOpen = true;
      },
    );
  };
  const stopProbing = clock.every(PROBE_INTERVAL_MS, () => isCircuitOpen && probe());
  return {
    client,
    run: async (command) => {
      if (isCircuitOpen || client.status !== "ready") throw new RedisUnavailableError("Redis is unavailable");
      try {
        return await withRedisTimeout(clock, command(client), TIMEOUT_MS);
      } catch (err) {
        if (err instanceof RedisUnavailableError) isCircuitOpen = true;
        throw err;
      }
    },
    close: () => {
      stopProbing();
      client.disconnect();
    },
  };
};
