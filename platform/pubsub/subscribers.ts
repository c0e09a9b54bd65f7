import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { deliver, globMatcher } from "./listeners.ts";
import type { Listener, Unsubscribe } from "./provider.ts";

/** The subscriptions inside this process, by channel and by pattern. */
export type Subscribers = {
  add(channel: string, listener: Listener): Unsubscribe;
  addPattern(pattern: string, listener: Listener): Unsubscribe;
  has(channel: string): boolean;
  dispatch(channel: string, payload: string): void;
  stats(): { readonly channels: number; readonly patterns: number };
  clear(): void;
};

export const createSubscribers = (log: Log, metrics: Metrics): Subscribers => {
  const exact = new Map<string, Set<Listener>>();
  const patterns = new Map<string, { readonly matches: (channel: string) => boolean; listeners: Set<Listener> }>();
  const updateGauge = () => metrics.pubsubSubscriptions.set(exact.size + patterns.size);

  const deliverAll = (listeners: ReadonlySet<Listener>, channel: string, payload: string) => {
    metrics.pubsubReceived.inc();
    deliver([...listeners], payload, channel, log);
  };

  return {
    add: (channel, listener) => {
      const listeners = exact.get(channel) ?? new Set<Listener>();
      exact.set(channel, listeners);
      return subscribe(listeners, listener, () => exact.delete(channel), updateGauge);
    },
    addPattern: (pattern, listener) => {
      const group = patterns.get(pattern) ?? { matches: globMatcher(pattern), listeners: new Set<Listener>() };
      patterns.set(pattern, group);
      return subscribe(group.listeners, listener, () => patterns.delete(pattern), updateGauge);
    },
    has: (channel) => exact.has(channel) || [...patterns.values()].some((pattern) => pattern.matches(channel)),
    dispatch: (channel, payload) => {
      const listeners = exact.get(channel);
      if (listeners !== undefined) deliverAll(listeners, channel, payload);
      for (const pattern of patterns.values()) {
        if (pattern.matches(channel)) deliverAll(pattern.listeners, channel, payload);
      }
    },
    stats: () => ({ channels: exact.size, patterns: patterns.size }),
    clear: () => {
      exact.clear();
      patterns.clear();
      updateGauge();
    },
  };
};

/** Wraps the listener, so that a function subscribed twice is called twice. */
const subscribe = (
  listeners: Set<Listener>,
  listener: Listener,
  onEmpty: () => void,
  onChange: () => void,
): Unsubscribe => {
  const wrapped: Listener = (payload, channel) => listener(payload, channel);
  listeners.add(wrapped);
  onChange();
  return async () => {
    if (!listeners.delete(wrapped)) return;
    if (listeners.size === 0) onEmpty();
    onChange();
  };
};
