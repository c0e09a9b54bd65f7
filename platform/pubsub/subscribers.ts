import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { deliver, globMatcher } from "./listeners.ts";
import type { Listener, Unsubscribe } from "./provider.ts";

/** Who listens to what inside this process. */
export type Subscribers = {
  add(channel: string, listener: Listener): Unsubscribe;
  addPattern(pattern: string, listener: Listener): Unsubscribe;
  has(channel: string): boolean;
  tell(channel: string, payload: string): void;
  stats(): { readonly channels: number; readonly patterns: number };
  clear(): void;
};

export const createSubscribers = (log: Log, metrics: Metrics): Subscribers => {
  const exact = new Map<string, Set<Listener>>();
  const patterns = new Map<string, { readonly matches: (channel: string) => boolean; listeners: Set<Listener> }>();
  const count = () => metrics.pubsubSubscriptions.set(exact.size + patterns.size);

  const tellAll = (listeners: ReadonlySet<Listener>, channel: string, payload: string) => {
    metrics.pubsubReceived.inc();
    deliver([...listeners], payload, channel, log);
  };

  return {
    add: (channel, listener) => {
      const listeners = exact.get(channel) ?? new Set<Listener>();
      exact.set(channel, listeners);
      return join(listeners, listener, () => exact.delete(channel), count);
    },
    addPattern: (pattern, listener) => {
      const group = patterns.get(pattern) ?? { matches: globMatcher(pattern), listeners: new Set<Listener>() };
      patterns.set(pattern, group);
      return join(group.listeners, listener, () => patterns.delete(pattern), count);
    },
    has: (channel) => exact.has(channel) || [...patterns.values()].some((pattern) => pattern.matches(channel)),
    tell: (channel, payload) => {
      const listeners = exact.get(channel);
      if (listeners !== undefined) tellAll(listeners, channel, payload);
      for (const pattern of patterns.values()) {
        if (pattern.matches(channel)) tellAll(pattern.listeners, channel, payload);
      }
    },
    stats: () => ({ channels: exact.size, patterns: patterns.size }),
    clear: () => {
      exact.clear();
      patterns.clear();
      count();
    },
  };
};

/** Wraps the listener, so that the same function subscribed twice is heard twice. */
const join = (listeners: Set<Listener>, listener: Listener, onEmpty: () => void, onChange: () => void): Unsubscribe => {
  const own: Listener = (payload, channel) => listener(payload, channel);
  listeners.add(own);
  onChange();
  return async () => {
    if (!listeners.delete(own)) return;
    if (listeners.size === 0) onEmpty();
    onChange();
  };
};
