import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { keepSubscribed } from "./keep-subscribed.ts";
import type { Listener, PubSubProvider, Unsubscribe } from "./provider.ts";

export type FailoverDeps = {
  /** Used whenever it answers. */
  readonly primary: PubSubProvider;
  /** Used while the primary is away. */
  readonly secondary: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
};

const PROBE_EVERY_MS = 2_000;

/**
 * Two buses as one. Every process listens to both, and publishes on the first that takes it, so it does not matter that
 * processes find out at different times which one is away. What both carry is told apart by its `seq`.
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
    // What was published while it was away came by the other one; the feeds make sure of it.
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

  const stopProbes = clock.every(PROBE_EVERY_MS, () => {
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

  /** Holds a subscription on one bus for as long as it is wanted; `settled` tells how the first attempt went. */
  const hold = (bus: PubSubProvider, channel: string, listener: Listener) => {
    const settled = Promise.withResolvers<boolean>();
    const watched: PubSubProvider = {
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
    const onHeld = () => settled.resolve(true);
    return {
      stop: keepSubscribed({ pubsub: watched, clock, log, onHeld }, channel, listener),
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
      const held = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      if (held.length === 0) throw new Error("neither bus takes a subscription");
      return async () => {
        await Promise.all(held.map((stop) => stop()));
      };
    },
    subscribeExact: async (channel, listener): Promise<Unsubscribe> => {
      const holds = [primary, secondary].map((bus) => hold(bus, channel, listener));
      const held = await Promise.all(holds.map(({ settled }) => settled));
      const end = async () => {
        for (const { stop } of holds) stop();
      };
      if (held.some(Boolean)) return end;
      await end();
      throw new Error("neither bus takes a subscription");
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
