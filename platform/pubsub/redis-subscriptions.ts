import type { Cluster, Redis } from "ioredis";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { withRedisTimeout } from "../redis/unavailable.ts";
import { deliver } from "./listeners.ts";
import type { Listener, Unsubscribe } from "./provider.ts";
import { DEADLINE_MS } from "./redis-client.ts";

/** `sharded`: on a cluster, the channels of one tenant live where its keys do. */
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

/** The last one's leaving is looked at again after this: who comes back at once finds the channel as it was. */
const LINGER_MS = 1_000;
const NAMES_PER_COMMAND = 200;
const KINDS = ["channel", "pattern", "sharded"] as const;

type Held = {
  readonly listeners: Set<Listener>;
  /** Resolves when Redis has acknowledged the subscription on the connection of now. */
  acknowledged: PromiseWithResolvers<void>;
  isHeld: boolean;
  cancelDrop: (() => void) | null;
};

/** Which channels are listened to, by reference count, and made good again on every new connection. */
export const createRedisSubscriptions = (deps: RedisSubscriptionsDeps): RedisSubscriptions => {
  const { client, clock, log, metrics } = deps;
  const held: Record<SubscriptionKind, Map<string, Held>> = {
    channel: new Map(),
    pattern: new Map(),
    sharded: new Map(),
  };
  const reconnectListeners = new Set<() => void>();
  /** Counts connections, so that what belongs to a lost one comes to nothing. */
  let connection = 0;
  let wasLost = false;

  const send = (kind: SubscriptionKind, names: readonly string[]): Promise<unknown> => {
    switch (kind) {
      case "channel":
        return client.subscribe(...names);
      case "pattern":
        return client.psubscribe(...names);
      case "sharded":
        // Names of one command must share a slot.
        return Promise.all(names.map((name) => client.ssubscribe(name)));
    }
  };

  const sendEnd = (kind: SubscriptionKind, name: string): Promise<unknown> => {
    switch (kind) {
      case "channel":
        return client.unsubscribe(name);
      case "pattern":
        return client.punsubscribe(name);
      case "sharded":
        return client.sunsubscribe(name);
    }
  };

  const countAll = () => metrics.pubsubSubscriptions.set(KINDS.reduce((sum, kind) => sum + held[kind].size, 0));

  const acknowledge = (kind: SubscriptionKind, names: readonly string[]) => {
    for (const name of names) {
      const subscription = held[kind].get(name);
      if (subscription === undefined) continue;
      subscription.isHeld = true;
      subscription.acknowledged.resolve();
    }
  };

  const resubscribe = async (own: number): Promise<void> => {
    for (const kind of KINDS) {
      const names = [...held[kind]].flatMap(([name, { isHeld }]) => (isHeld ? [] : [name]));
      for (let from = 0; from < names.length; from += NAMES_PER_COMMAND) {
        const part = names.slice(from, from + NAMES_PER_COMMAND);
        await withRedisTimeout(clock, send(kind, part), DEADLINE_MS);
        if (own !== connection) return;
        acknowledge(kind, part);
      }
    }
    if (!wasLost) return;
    wasLost = false;
    for (const listener of reconnectListeners) listener();
  };

  const lose = () => {
    connection += 1;
    wasLost = true;
    for (const kind of KINDS) {
      for (const subscription of held[kind].values()) {
        if (!subscription.isHeld) continue;
        subscription.isHeld = false;
        subscription.acknowledged = Promise.withResolvers<void>();
      }
    }
  };

  client.on("ready", () => {
    const own = connection;
    resubscribe(own).catch((err: unknown) => {
      log.warn({ err }, "subscriptions could not be made good; the connection is made anew");
      if (own === connection) client.disconnect(true);
    });
  });
  client.on("close", lose);

  const receive = (kind: SubscriptionKind, name: string, channel: string, payload: string) => {
    const subscription = held[kind].get(name);
    if (subscription === undefined) return;
    metrics.pubsubReceived.inc();
    deliver(subscription.listeners, payload, channel, log);
  };
  client.on("message", (channel: string, payload: string) => receive("channel", channel, channel, payload));
  client.on("smessage", (channel: string, payload: string) => receive("sharded", channel, channel, payload));
  client.on("pmessage", (pattern: string, channel: string, payload: string) =>
    receive("pattern", pattern, channel, payload),
  );

  const open = (kind: SubscriptionKind, name: string): Held => {
    const subscription: Held = {
      listeners: new Set(),
      acknowledged: Promise.withResolvers<void>(),
      isHeld: false,
      cancelDrop: null,
    };
    held[kind].set(name, subscription);
    countAll();
    // Without a connection, it is asked for together with all others when there is one.
    if (client.status !== "ready") return subscription;
    const own = connection;
    send(kind, [name]).then(
      () => {
        if (own === connection && held[kind].get(name) === subscription) acknowledge(kind, [name]);
      },
      (err: unknown) =>
        log.debug({ err, channel: name }, "a subscription failed; it is tried again on the next connection"),
    );
    return subscription;
  };

  const drop = (kind: SubscriptionKind, name: string, subscription: Held) => {
    if (subscription.listeners.size > 0 || subscription.cancelDrop !== null) return;
    subscription.cancelDrop = clock.after(LINGER_MS, () => {
      subscription.cancelDrop = null;
      if (subscription.listeners.size > 0 || held[kind].get(name) !== subscription) return;
      held[kind].delete(name);
      countAll();
      if (client.status !== "ready") return;
      sendEnd(kind, name).catch((err: unknown) =>
        log.debug({ err, channel: name }, "a subscription did not end cleanly"),
      );
    });
  };

  return {
    subscribe: async (kind, name, listener) => {
      const subscription = held[kind].get(name) ?? open(kind, name);
      // Wrapped, so that the same function subscribed twice is heard twice.
      const own: Listener = (payload, channel) => listener(payload, channel);
      subscription.listeners.add(own);
      subscription.cancelDrop?.();
      subscription.cancelDrop = null;
      const end = () => {
        if (subscription.listeners.delete(own)) drop(kind, name, subscription);
      };
      try {
        await withRedisTimeout(clock, subscription.acknowledged.promise, DEADLINE_MS);
      } catch (error) {
        end();
        throw error;
      }
      return async () => end();
    },
    count: (kind) => [...held[kind].values()].filter(({ listeners }) => listeners.size > 0).length,
    onReconnect: (listener) => {
      reconnectListeners.add(listener);
      return () => {
        reconnectListeners.delete(listener);
      };
    },
    close: () => {
      for (const kind of KINDS) {
        for (const { cancelDrop } of held[kind].values()) cancelDrop?.();
        held[kind].clear();
      }
      reconnectListeners.clear();
      countAll();
    },
  };
};
