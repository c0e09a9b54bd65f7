import type { Clock } from "../clock/clock.ts";
import type { LogReader } from "../events/log-reader.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createLocalPubSub } from "./local.ts";
import type { PubSubProvider } from "./provider.ts";

export type CreatePubSubDeps = {
  readonly redisUrls: readonly string[] | null;
  readonly reader: LogReader;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

/** The bus that the settings ask for: Redis where its address is known, else the one inside the process. */
export const createPubSub = async (deps: CreatePubSubDeps): Promise<PubSubProvider> => {
  const { redisUrls, reader, log, clock, metrics } = deps;
  if (redisUrls === null) return createLocalPubSub({ log: reader, metrics, logger: log });
  const { createRedisPubSub } = await import("./redis.ts");
  return createRedisPubSub({ urls: redisUrls, log, clock, metrics });
};
