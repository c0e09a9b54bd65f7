import { createMetrics } from "../../platform/metrics/metrics.ts";
import { createLocalPubSub } from "../../platform/pubsub/local.ts";
import type { LogEntry } from "../../platform/pubsub/provider.ts";
import { type PubSubProvider, REPAIR_CHANNEL, tenantChannel } from "../../platform/pubsub/provider.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { createMemoryLog, type MemoryLog } from "../contract/memory-log.ts";

export type FakeBus = PubSubProvider & {
  /** What the bus remembers of the logs; it may be wrong, as a cache may. */
  readonly cache: MemoryLog;
  /** While true, everything that is asked of the bus fails. */
  isAway: boolean;
  /** How often heads and histories were asked for. */
  readonly asked: { heads: number; histories: number; repairs: number };
  /** What whoever has the database does on a request for repair; `null`: nobody has it. */
  repair: ((tenantId: string, seen: Position | undefined) => Promise<void>) | null;
  /** Puts an event into the log without telling anybody. */
  keep(tenantId: string, epoch: string, entries: readonly LogEntry[]): void;
  /** Tells of an event without putting it into the log. */
  tell(tenantId: string, payload: string): Promise<void>;
  reconnect(): void;
};

/** A bus whose log and messages go their own ways, for all that may happen between the two. */
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
