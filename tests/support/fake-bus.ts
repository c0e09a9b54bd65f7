import { createMetrics } from "../../platform/metrics/metrics.ts";
import { createLocalPubSub } from "../../platform/pubsub/local.ts";
import type { LogEntry } from "../../platform/pubsub/provider.ts";
import { type PubSubProvider, REPAIR_CHANNEL, tenantChannel } from "../../platform/pubsub/provider.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { createMemoryLog, type MemoryLog } from "../contract/memory-log.ts";

export type FakeBus = PubSubProvider & {
  /** The bus's copy of the logs; it may be wrong, as a cache may. */
  readonly cache: MemoryLog;
  /** While true, every call fails. */
  isAway: boolean;
  /** Counts of the calls for heads, histories and repairs. */
  readonly asked: { heads: number; histories: number; repairs: number };
  /** The reaction of a process with the database to a repair request; `null`: there is no such process. */
  repair: ((tenantId: string, seen: Position | undefined) => Promise<void>) | null;
  /** Adds events to the log without publishing them. */
  keep(tenantId: string, epoch: string, entries: readonly LogEntry[]): void;
  /** Publishes an event without adding it to the log. */
  tell(tenantId: string, payload: string): Promise<void>;
  reconnect(): void;
};

/** A bus whose log and messages are controlled apart, to create every difference between the two. */
export const createFakeBus = (): FakeBus => {
  const cache = createMemoryLog();
  const inner = createLocalPubSub({ log: cache, metrics: createMetrics() });
  const reconnectListeners = new Set<() => void>();
  const asked = { heads: 0, histories: 0, repairs: 0 };
  const present = () => {
    if (bus.isAway) throw new Error("the bus is away");
  };
  const bus: FakeBus = {
    ...inner,
    name: "redis",
    cache,
    isAway: false,
    asked,
    repair: null,
    publish: async (channel, payload) => {
      present();
      if (channel === REPAIR_CHANNEL) {
        asked.repairs += 1;
        const { tenantId, seen } = JSON.parse(payload);
        if (bus.repair !== null) await bus.repair(tenantId, seen);
      } else await inner.publish(channel, payload);
    },
    subscribeExact: async (channel, listener) => {
      present();
      return inner.subscribeExact(channel, listener);
    },
    head: async (tenantId) => {
      present();
      asked.heads += 1;
      return cache.head(tenantId);
    },
    history: async (tenantId, since, limit) => {
      present();
      asked.histories += 1;
      return cache.history(tenantId, since, limit);
    },
    keep: (tenantId, epoch, entries) => cache.commit(tenantId, epoch, entries),
    tell: (tenantId, payload) => inner.publish(tenantChannel(tenantId), payload),
    reconnect: () => {
      for (const listener of reconnectListeners) listener();
    },
    onReconnect: (listener) => {
      reconnectListeners.add(listener);
      return () => reconnectListeners.delete(listener);
    },
  };
  return bus;
};
