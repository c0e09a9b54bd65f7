import { randomUUID } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Unsubscribe } from "./provider.ts";
import { type RedisClients, within } from "./redis-client.ts";
import { PROBE } from "./redis-scripts.ts";
import type { RedisSubscriptions } from "./redis-subscriptions.ts";

export type RedisProbe = {
  /** Whether a message just made the round trip. Never rejects. */
  isHealthy(): Promise<boolean>;
  /** The channels that it holds for itself. */
  readonly channels: number;
  close(): void;
};

export type RedisProbeDeps = {
  readonly clients: RedisClients;
  readonly subscriptions: RedisSubscriptions;
  readonly clock: Clock;
  readonly log: Log;
};

const ROUND_TRIP_MS = 1_800;
const EVERY_MS = 5_000;
/** So many failures on what looks connected, and the connection is made anew: it may be half open. */
const MAX_FAILURES = 2;

/**
 * Sends a message to itself, for a socket that is open need not carry anything, and writes: a replica that took over from
 * nobody, or a Redis that is full, carries messages and takes no events.
 */
export const createRedisProbe = (deps: RedisProbeDeps): RedisProbe => {
  const { clients, subscriptions, clock, log } = deps;
  const name = `artel:{probe:${randomUUID()}}`;
  const channel = `${name}:channel`;
  const kind = clients.isCluster ? "sharded" : "channel";
  let expected: { readonly text: string; resolve(): void } | null = null;
  let subscription: Unsubscribe | null = null;
  let running: Promise<boolean> | null = null;
  let failures = 0;
  let isClosed = false;

  const roundTrip = async (): Promise<void> => {
    subscription ??= await subscriptions.subscribe(kind, channel, (payload) => {
      if (payload === expected?.text) expected.resolve();
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    const text = randomUUID();
    expected = { text, resolve };
    await clients.script(PROBE, [name, channel], [clients.isCluster ? "SPUBLISH" : "PUBLISH", text]);
    await promise;
  };

  const probe = async (): Promise<boolean> => {
    try {
      await within(clock, roundTrip(), ROUND_TRIP_MS);
      failures = 0;
      return true;
    } catch (error) {
      if (isClosed) return false;
      const looksConnected = clients.commands.status === "ready" && clients.subscriber.status === "ready";
      failures = looksConnected ? failures + 1 : 0;
      if (failures >= MAX_FAILURES) {
        failures = 0;
        log.warn({ reason: reasonOf(error) }, "Redis looks connected and does not work; the connections are made anew");
        clients.reconnect();
      }
      return false;
    }
  };

  const isHealthy = (): Promise<boolean> => {
    running ??= probe().finally(() => {
      running = null;
    });
    return running;
  };
  const stop = clock.every(EVERY_MS, () => {
    void isHealthy();
  });

  return {
    isHealthy,
    get channels() {
      return subscription === null ? 0 : 1;
    },
    close: () => {
      isClosed = true;
      stop();
    },
  };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
