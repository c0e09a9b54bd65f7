import { type Log, silentLog } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { LogReader } from "./log-reader.ts";
import { type PubSubProvider, tenantChannel } from "./provider.ts";
import { createPublishedHeads } from "./published-heads.ts";
import { createSubscribers } from "./subscribers.ts";

export type LocalPubSubDeps = {
  readonly log: LogReader;
  readonly metrics: Metrics;
  readonly logger?: Log;
};

/** The bus of a single process. It reads head and history from the database, so they are never behind. */
export const createLocalPubSub = (deps: LocalPubSubDeps): PubSubProvider => {
  const { log: reader, metrics, logger = silentLog } = deps;
  const subscribers = createSubscribers(logger, metrics);
  const heads = createPublishedHeads();
  const emit = (channel: string, payload: string) => {
    metrics.pubsubPublished.inc();
    subscribers.dispatch(channel, payload);
  };
  return {
    name: "local",
    isCache: false,
    append: async (tenantId, epoch, entries, floor) =>
      heads.append(tenantId, epoch, entries, floor, ({ payload }) => emit(tenantChannel(tenantId), payload)),
    publish: async (channel, payload) => emit(channel, payload),
    subscribe: async (pattern, listener) => subscribers.addPattern(pattern, listener),
    subscribeExact: async (channel, listener) => subscribers.add(channel, listener),
    head: (tenantId) => reader.head(tenantId),
    history: (tenantId, since, limit) => reader.history(tenantId, since, limit),
    isHealthy: async () => true,
    stats: () => subscribers.stats(),
    onReconnect: () => () => {},
    close: async () => {
      subscribers.clear();
      heads.clear();
    },
  };
};
