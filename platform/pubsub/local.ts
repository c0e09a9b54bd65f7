import { type Log, silentLog } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { LogReader } from "./log-reader.ts";
import { type PubSubProvider, tenantChannel } from "./provider.ts";
import { createPublished } from "./published.ts";
import { createSubscribers } from "./subscribers.ts";

export type LocalPubSubDeps = {
  readonly log: LogReader;
  readonly metrics: Metrics;
  readonly logger?: Log;
};

/** The bus of a single process. The database is its log, so head and history are never behind. */
export const createLocalPubSub = (deps: LocalPubSubDeps): PubSubProvider => {
  const { log: reader, metrics, logger = silentLog } = deps;
  const subscribers = createSubscribers(logger, metrics);
  const published = createPublished();
  const emit = (channel: string, payload: string) => {
    metrics.pubsubPublished.inc();
    subscribers.tell(channel, payload);
  };
  return {
    name: "local",
    isCache: false,
    append: async (tenantId, epoch, entries, floor) =>
      published.append(tenantId, epoch, entries, floor, ({ payload }) => emit(tenantChannel(tenantId), payload)),
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
      published.clear();
    },
  };
};
