import type { Position } from "../../shared/position.ts";
import type { LogReader } from "../events/log-reader.ts";
import type { Log } from "../log/log.ts";
import { silentLog } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { deliver, globMatcher } from "./listeners.ts";
import {
  type AppendOutcome,
  type Listener,
  type LogEntry,
  type PubSubProvider,
  tenantChannel,
  type Unsubscribe,
} from "./provider.ts";

/** How many tenants' last published positions are remembered; beyond, the feeds' own check of `seq` does the work. */
const REMEMBERED_TENANTS = 20_000;

export type LocalPubSubDeps = {
  readonly log: LogReader;
  readonly metrics: Metrics;
  readonly logger?: Log;
};

/** The bus of a single process. The database is its log, so head and history are never behind. */
export const createLocalPubSub = (deps: LocalPubSubDeps): PubSubProvider => {
  const { log: reader, metrics, logger = silentLog } = deps;
  const exact = new Map<string, Set<Listener>>();
  const patterns = new Map<string, { readonly matches: (channel: string) => boolean; listeners: Set<Listener> }>();
  const published = new Map<string, Position>();

  const countSubscriptions = () => metrics.pubsubSubscriptions.set(exact.size + patterns.size);

  const emit = (channel: string, payload: string) => {
    metrics.pubsubPublished.inc();
    const listeners = exact.get(channel);
    if (listeners !== undefined) {
      metrics.pubsubReceived.inc();
      deliver([...listeners], payload, channel, logger);
    }
    for (const pattern of patterns.values()) {
      if (!pattern.matches(channel)) continue;
      metrics.pubsubReceived.inc();
      deliver([...pattern.listeners], payload, channel, logger);
    }
  };

  const remember = (tenantId: string, position: Position) => {
    published.delete(tenantId);
    published.set(tenantId, position);
    if (published.size <= REMEMBERED_TENANTS) return;
    for (const oldest of published.keys()) {
      published.delete(oldest);
      return;
    }
  };

  const append = (
    tenantId: string,
    epoch: string,
    entries: readonly LogEntry[],
    floor: number | undefined,
  ): AppendOutcome => {
    const known = published.get(tenantId);
    if (known !== undefined && known.epoch > epoch) return { kind: "stale-epoch", epoch: known.epoch };
    const first = entries[0]?.seq;
    const last = known?.epoch === epoch ? Math.max(known.seq, floor ?? 0) : (floor ?? (first ?? 1) - 1);
    if (first !== undefined && first > last + 1) return { kind: "gap", head: last };
    let head = last;
    if (first !== undefined || floor !== undefined) remember(tenantId, { epoch, seq: head });
    for (const { seq, payload } of entries) {
      if (seq <= head) continue;
      head = seq;
      // Before the delivery: a listener may append more.
      remember(tenantId, { epoch, seq });
      emit(tenantChannel(tenantId), payload);
    }
    return { kind: "accepted", head };
  };

  return {
    name: "local",
    append: async (tenantId, epoch, entries, floor) => append(tenantId, epoch, entries, floor),
    publish: async (channel, payload) => emit(channel, payload),
    subscribe: async (pattern, listener) => {
      const group = patterns.get(pattern) ?? { matches: globMatcher(pattern), listeners: new Set<Listener>() };
      patterns.set(pattern, group);
      return add(group.listeners, listener, () => patterns.delete(pattern), countSubscriptions);
    },
    subscribeExact: async (channel, listener) => {
      const listeners = exact.get(channel) ?? new Set<Listener>();
      exact.set(channel, listeners);
      return add(listeners, listener, () => exact.delete(channel), countSubscriptions);
    },
    head: (tenantId) => reader.head(tenantId),
    history: (tenantId, since, limit) => reader.history(tenantId, since, limit),
    isHealthy: async () => true,
    stats: () => ({ channels: exact.size, patterns: patterns.size }),
    onReconnect: () => () => {},
    close: async () => {
      exact.clear();
      patterns.clear();
      published.clear();
      countSubscriptions();
    },
  };
};

/** Wraps the listener, so that the same function subscribed twice is heard twice. */
const add = (listeners: Set<Listener>, listener: Listener, onEmpty: () => void, onChange: () => void): Unsubscribe => {
  const own: Listener = (payload, channel) => listener(payload, channel);
  listeners.add(own);
  onChange();
  return async () => {
    if (!listeners.delete(own)) return;
    if (listeners.size === 0) onEmpty();
    onChange();
  };
};
