import { type Cluster, Redis } from "ioredis";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { RedisAwayError, within } from "./away.ts";
import { connectCluster } from "./connect-cluster.ts";

/** A connection that answers quickly or fails: a request waits on it, and there is another way. */
export type QuickRedis = {
  readonly client: Redis | Cluster;
  /**
   * Rejects with RedisAwayError after half a second, and from then on at once, until Redis is found to answer again: one
   * that hangs would keep every request waiting for as long.
   */
  run<Answer>(command: (client: Redis | Cluster) => Promise<Answer>): Promise<Answer>;
  close(): void;
};

const TIMEOUT_MS = 500;
const LOOK_EVERY_MS = 1_000;
const OPTIONS = { maxRetriesPerRequest: 0, connectTimeout: TIMEOUT_MS, socketTimeout: 4 * TIMEOUT_MS } as const;

/** `urls`: one address, or several seeds of a cluster. */
export const connectQuickRedis = (
  urls: readonly string[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): QuickRedis => {
  const client =
    urls.length > 1
      ? connectCluster(urls, { enableOfflineQueue: false, redisOptions: OPTIONS })
      : new Redis(urls[0] ?? "", { ...OPTIONS, enableOfflineQueue: false });
  // The bus says already that Redis is away.
  client.on("error", (err: Error) => log.debug({ err }, "limits and snapshots do without Redis while it is away"));
  let hangs = false;
  const look = (): void => {
    if (client.status !== "ready") return;
    within(clock, client.ping(), TIMEOUT_MS).then(
      () => {
        hangs = false;
      },
      () => {
        hangs = true;
      },
    );
  };
  const stopLooking = clock.every(LOOK_EVERY_MS, () => hangs && look());
  return {
    client,
    run: async (command) => {
      if (hangs || client.status !== "ready") throw new RedisAwayError("Redis is away");
      try {
        return await within(clock, command(client), TIMEOUT_MS);
      } catch (err) {
        if (err instanceof RedisAwayError) hangs = true;
        throw err;
      }
    },
    close: () => {
      stopLooking();
      client.disconnect();
    },
  };
};
