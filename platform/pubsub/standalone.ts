import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createPubSub } from "./create.ts";
import type { LogReader } from "./log-reader.ts";
import { createPostgresLogReader } from "./postgres-log.ts";
import type { PubSubProvider } from "./provider.ts";

const NO_LOG: LogReader = {
  head: async () => null,
  history: async () => ({ kind: "unknown" }),
};

/** The bus of a process that has no database access: Redis, or Postgres through LISTEN and its event log alone. */
export const createStandalonePubSub = async (
  config: Pick<Config, "redisUrls" | "database">,
  deps: { readonly log: Log; readonly clock: Clock; readonly metrics: Metrics },
): Promise<PubSubProvider> => {
  const { database, redisUrls } = config;
  const reader = database.kind === "postgres" ? createPostgresLogReader(database.url, deps.log) : NO_LOG;
  return createPubSub({ redisUrls, database, reader, ...deps });
};
