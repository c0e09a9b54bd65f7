import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { keepSubscribed } from "./keep-subscribed.ts";
import type { Listener, PubSubProvider, Unsubscribe } from "./provider.ts";

export type FailoverDeps = {
  /** Used while it answers. */
  readonly primary: PubSubProvider;
  /** Used while the primary does not answer. */
  readonly secondary: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
};

const PROBE_INTERVAL_MS = 2_000;

/**
 * Two buses as one. Every process subscribes to both and publishes on the first that accepts, so processes may notice
 * an outage at different times. Feeds drop duplicates by `seq`.
 */
export const createFailoverPubSub = (deps: FailoverDeps): PubSubProvider => {
  const { primary, secondary, clock, log } = deps;
  const reconnects = new Set<() => void>();
  let isPrimaryUp = true;
  let probing = false;

  const setUp = (up: boolean) => {
    if (up === isPrimaryUp) return;
    isPrimaryUp = up;
    log.warn(
      { inUse: up ? primary.name : secondary.name },
      up ? "pub/sub is back on its first bus" : "pub/sub falls over",
    );
    // The secondary carried events meanwhile; a reconnect makes the feeds compare themselves with the log.
    if (up) for (const listener of reconnects) listener();
  };

  const attempt = async <Answer>(call: (bus: PubSubProvider) => Promise<Answer>): Promise<Answer> => {
    if (isPrimaryUp) {
      try {
        return await call(primary);
      } catch {
        setUp(false);
      }
    }
    return call(secondary);
  };

  const stopProbes = clock.every(PROBE_INTERVAL_MS, () => {
    if (probing) return;
    probing = true;
    void primary
      .isHealthy()
      .then(setUp)
      .finally(() => {
        probing = false;
      });
  });
  const stops = [primary, secondary].map((bus) =>
    bus.onReconnect(() => {
      for (const listener of reconnects) listener();
    }),
  );

  /** Subscribes on one bus with retries. `settled` resolves with whether the first attempt succeeded. */
  const subscribeOn = (bus: PubSubProvider, channel: string, listener: Listener) => {
    const settled = Promise.withResolvers<boolean>();
    const observed: PubSubProvider = {
      ...bus,
      subscribeExact: async (name, own) => {
        try {
          return await bus.subscribeExact(name, own);
        } catch (error) {
          settled.resolve(false);
          throw error;
        }
      },
    };
    const onSubscribed = () => settled.resolve(true);
    return {
      stop: keepSubscribed({ pubsub: observed, clock, log, onSubscribed }, channel, listener),
      settled: settled.promise,
    };
  };

  return {
    get name() {
      return isPrimaryUp ? primary.name : secondary.name;
    },
    isCache: primary.isCache || secondary.isCache,
    append: (...input) => attempt((bus) => bus.append(...input)),
    publish: (...input) => attempt((bus) => bus.publish(...input)),
    subscribe: async (pattern, listener): Promise<Unsubscribe> => {
      const outcomes = await Promise.allSettled([primary, secondary].map((bus) => bus.subscribe(pattern, listener)));
      const unsubscribes = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      if (unsubscribes.length === 0) throw new Error("neither bus accepts a subscription");
      return async () => {
        await Promise.all(unsubscribes.map((unsubscribe) => unsubscribe()));
      };
    },
    subscribeExact: async (channel, listener): Promise<Unsubscribe> => {
      const subscriptions = [primary, secondary].map((bus) => subscribeOn(bus, channel, listener));
      const subscribed = await Promise.all(subscriptions.map(({ settled }) => settled));
      const unsubscribe = async () => {
        for (const { stop } of subscriptions) stop();
      };
      if (subscribed.some(Boolean)) return unsubscribe;
      await unsubscribe();
      throw new Error("neither bus accepts a subscription");
    },
    head: (tenantId) => attempt((bus) => bus.head(tenantId)),
    history: (...input) => attempt((bus) => bus.history(...input)),
    isHealthy: async () => (await Promise.all([primary, secondary].map((bus) => bus.isHealthy()))).some(Boolean),
    stats: () => (isPrimaryUp ? primary : secondary).stats(),
    onReconnect: (listener) => {
      reconnects.add(listener);
      return () => void reconnects.delete(listener);
    },
    close: async () => {
      stopProbes();
      for (const stop of stops) stop();
      await Promise.all([primary.close(), secondary.close()]);
    },
  };
};
