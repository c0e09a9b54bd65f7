import type { Cluster, Redis } from "ioredis";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { withRedisTimeout } from "../redis/unavailable.ts";
import { deliver } from "./listeners.ts";
import type { Listener, Unsubscribe } from "./provider.ts";
import { DEADLINE_MS } from "./redis-client.ts";

/** `sharded`: SSUBSCRIBE. In a cluster the channels of a tenant are on the master of its keys. */
export type SubscriptionKind = "channel" | "pattern" | "sharded";

export type RedisSubscriptions = {
  subscribe(kind: SubscriptionKind, name: string, listener: Listener): Promise<Unsubscribe>;
  count(kind: SubscriptionKind): number;
  onReconnect(listener: () => void): () => void;
  close(): void;
};

export type RedisSubscriptionsDeps = {
  readonly client: Redis | Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** M4: a channel without listeners is unsubscribed only after this, in milliseconds, in case a listener returns. */
const UNSUBSCRIBE_DELAY_MS = 1_000;
const NAMES_PER_COMMAND = 200;
const KINDS = ["channel", "pattern", "sharded"] as const;

type Subscription = {
  readonly listeners: Set<Listener>;
  /** Resolves when Redis acknowledges the subscription on the current connection. */
  acknowledged: PromiseWithResolvers<void>;
  isActive: boolean;
  cancelUnsubscribe: (() => void) | null;
};

/** Reference-counted subscriptions, restored on every new connection. */
export const createRedisSubscriptions = (deps: RedisSubscriptionsDeps): RedisSubscriptions => {
  const { client, clock, log, metrics } = deps;
  const subscriptions: Record<SubscriptionKind, Map<string, Subscription>> = {
    channel: new Map(),
    pattern: new Map(),
    sharded: new Map(),
  };
  const reconnectListeners = new Set<() => void>();
  /** Counts lost connections; replies that belong to an older one are ignored. */
  let generation = 0;
  let wasLost = false;

  const sendSubscribe = (kind: SubscriptionKind, names: readonly string[]): Promise<unknown> => {
    switch (kind) {
      case "channel":
        return client.subscribe(...names);
      case "pattern":
        return client.psubscribe(...names);
      case "sharded":
        // One SSUBSCRIBE takes only names of one slot.
        return Promise.all(names.map((name) => client.ssubscribe(name)));
    }
  };

  const sendUnsubscribe = (kind: SubscriptionKind, name: string): Promise<unknown> => {
    switch (kind) {
      case "channel":
        return client.unsubscribe(name);
      case "pattern":
        return client.punsubscribe(name);
      case "sharded":
        return client.sunsubscribe(name);
    }
  };

  const updateGauge = () =>
    metrics.pubsubSubscriptions.set(KINDS.reduce((sum, kind) => sum + subscriptions[kind].size, 0));

  const acknowledge = (kind: SubscriptionKind, names: readonly string[]) => {
    for (const name of names) {
      const subscription = subscriptions[kind].get(name);
      if (subscription === undefined) continue;
      subscription.isActive = true;
      subscription.acknowledged.resolve();
    }
  };

  const resubscribe = async (ownGeneration: number): Promise<void> => {
    for (const kind of KINDS) {
      const names = [...subscriptions[kind]].flatMap(([name, { isActive }]) => (isActive ? [] : [name]));
      for (let from = 0; from < names.length; from += NAMES_PER_COMMAND) {
        const batch = names.slice(from, from + NAMES_PER_COMMAND);
        await withRedisTimeout(clock, sendSubscribe(kind, batch), DEADLINE_MS);
        if (ownGeneration !== generation) return;
        acknowledge(kind, batch);
      }
    }
    if (!wasLost) return;
    wasLost = false;
    for (const listener of reconnectListeners) listener();
  };

  const onConnectionLost = () => {
    generation += 1;
    wasLost = true;
    for (const kind of KINDS) {
      for (const subscription of subscriptions[kind].values()) {
        if (!subscription.isActive) continue;
        subscription.isActive = false;
        subscription.acknowledged = Promise.withResolvers<void>();
      }
    }
  };

  client.on("ready", () => {
    const ownGeneration = generation;
    resubscribe(ownGeneration).catch((err: unknown) => {
      log.warn({ err }, "subscriptions could not be restored; reconnecting");
      if (ownGeneration === generation) client.disconnect(true);
    });
  });
  client.on("close", onConnectionLost);

  const receive = (kind: SubscriptionKind, name: string, channel: string, payload: string) => {
    const subscription = subscriptions[kind].get(name);
    if (subscription === undefined) return;
    metrics.pubsubReceived.inc();
    deliver(subscription.listeners, payload, channel, log);
  };
  client.on("message", (channel: string, payload: string) => receive("channel", channel, channel, payload));
  client.on("smessage", (channel: string, payload: string) => receive("sharded", channel, channel, payload));
  client.on("pmessage", (pattern: string, channel: string, payload: string) =>
    receive("pattern", pattern, channel, payload),
  );

  const open = (kind: SubscriptionKind, name: string): Subscription => {
    const subscription: Subscription = {
      listeners: new Set(),
      acknowledged: Promise.withResolvers<void>(),
      isActive: false,
      cancelUnsubscribe: null,
    };
    subscriptions[kind].set(name, subscription);
    updateGauge();
    // Without a connection, `resubscribe` sends it together with all others.
    if (client.status !== "ready") return subscription;
    const ownGeneration = generation;
    sendSubscribe(kind, [name]).then(
      () => {
        if (ownGeneration === generation && subscriptions[kind].get(name) === subscription) acknowledge(kind, [name]);
      },
      (err: unknown) =>
        log.debug({ err, channel: name }, "subscribing to a channel failed; it is retried on the next connection"),
    );
    return subscription;
  };

  const scheduleUnsubscribe = (kind: SubscriptionKind, name: string, subscription: Subscription) => {
    if (subscription.listeners.size > 0 || subscription.cancelUnsubscribe !== null) return;
    subscription.cancelUnsubscribe = clock.after(UNSUBSCRIBE_DELAY_MS, () => {
      subscription.cancelUnsubscribe = null;
      if (subscription.listeners.size > 0 || subscriptions[kind].get(name) !== subscription) return;
      subscriptions[kind].delete(name);
      updateGauge();
      if (client.status !== "ready") return;
      sendUnsubscribe(kind, name).catch((err: unknown) =>
        log.debug({ err, channel: name }, "unsubscribing from a channel failed"),
      );
    });
  };

  return {
    subscribe: async (kind, name, listener) => {
      const subscription = subscriptions[kind].get(name) ?? open(kind, name);
      // Wrapped, so that a function subscribed twice is called twice.
      const wrapped: Listener = (payload, channel) => listener(payload, channel);
      subscription.listeners.add(wrapped);
      subscription.cancelUnsubscribe?.();
      subscription.cancelUnsubscribe = null;
      const end = () => {
        if (subscription.listeners.delete(wrapped)) scheduleUnsubscribe(kind, name, subscription);
      };
      try {
        await withRedisTimeout(clock, subscription.acknowledged.promise, DEADLINE_MS);
      } catch (error) {
        end();
        throw error;
      }
      return async () => end();
    },
    count: (kind) => [...subscriptions[kind].values()].filter(({ listeners }) => listeners.size > 0).length,
    onReconnect: (listener) => {
      reconnectListeners.add(listener);
      return () => {
        reconnectListeners.delete(listener);
      };
    },
    close: () => {
      for (const kind of KINDS) {
        for (const { cancelUnsubscribe } of subscriptions[kind].values()) cancelUnsubscribe?.();
        subscriptions[kind].clear();
      }
      reconnectListeners.clear();
      updateGauge();
    },
  };
};
