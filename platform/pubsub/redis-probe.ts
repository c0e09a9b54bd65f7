import { randomUUID } from "node:crypto";
import slotOf from "cluster-key-slot";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { withRedisTimeout } from "../redis/unavailable.ts";
import type { Unsubscribe } from "./provider.ts";
import type { RedisClients } from "./redis-client.ts";
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
/** Where that does not help, twice as many the next time, up to this: of several masters the others do work. */
const MAX_PATIENCE = 12;

/** In so many names there is one of every slot, near enough. */
const MAX_NAMES = 200_000;

/** A place to prove: with a cluster each master has one, for each has a connection of its own for subscriptions. */
type Spot = {
  readonly name: string;
  readonly channel: string;
  expected: { readonly text: string; resolve(): void } | null;
  subscribed: Promise<Unsubscribe> | null;
};

/**
 * Sends a message to itself, for a socket that is open need not carry anything, and writes: a replica that took over from
 * nobody, or a Redis that is full, carries messages and takes no events.
 */
export const createRedisProbe = (deps: RedisProbeDeps): RedisProbe => {
  const { clients, subscriptions, clock, log } = deps;
  const id = randomUUID();
  const kind = clients.isCluster ? "sharded" : "channel";
  /** By master; one that is not known goes by "". */
  let spots = new Map<string, Spot>();
  let running: Promise<boolean> | null = null;
  let failures = 0;
  let patience = MAX_FAILURES;
  let isClosed = false;

  const openSpot = (index: number): Spot => {
    const name = `artel:{probe:${id}:${index}}`;
    return { name, channel: `${name}:channel`, expected: null, subscribed: null };
  };

  const dropSpot = ({ channel, subscribed }: Spot) => {
    subscribed
      ?.then((end) => end())
      .catch((err: unknown) => log.debug({ err, channel }, "a subscription did not end cleanly"));
  };

  /** One spot for each master of now: those that are still good stay. */
  const findSpots = (): readonly Spot[] => {
    const owners = clients.slotOwners();
    const ownerOf = ({ channel }: Spot) => owners[slotOf(channel)] ?? "";
    const masters = new Set(owners.filter((owner) => owner !== undefined));
    if (masters.size === 0) masters.add("");
    const found = new Map<string, Spot>();
    const take = (spot: Spot): boolean => {
      const owner = ownerOf(spot);
      if (!masters.has(owner) || found.has(owner)) return false;
      found.set(owner, spot);
      return true;
    };
    for (const spot of spots.values()) if (!take(spot)) dropSpot(spot);
    for (let index = 0; found.size < masters.size && index < MAX_NAMES; index += 1) take(openSpot(index));
    spots = found;
    return [...found.values()];
  };

  const roundTrip = async (spot: Spot): Promise<void> => {
    const { name, channel } = spot;
    spot.subscribed ??= subscriptions
      .subscribe(kind, channel, (payload) => {
        if (payload === spot.expected?.text) spot.expected.resolve();
      })
      .catch((error: unknown) => {
        spot.subscribed = null;
        throw error;
      });
    await spot.subscribed;
    const { promise, resolve } = Promise.withResolvers<void>();
    const text = randomUUID();
    spot.expected = { text, resolve };
    await clients.script(PROBE, [name, channel], [clients.isCluster ? "SPUBLISH" : "PUBLISH", text]);
    await promise;
  };

  const probe = async (): Promise<boolean> => {
    try {
      await withRedisTimeout(clock, Promise.all(findSpots().map(roundTrip)), ROUND_TRIP_MS);
      failures = 0;
      patience = MAX_FAILURES;
      return true;
    } catch (error) {
      if (isClosed) return false;
      const looksConnected = clients.commands.status === "ready" && clients.subscriber.status === "ready";
      failures = looksConnected ? failures + 1 : 0;
      if (failures >= patience) {
        failures = 0;
        patience = Math.min(MAX_PATIENCE, patience * 2);
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
      return [...spots.values()].filter(({ subscribed }) => subscribed !== null).length;
    },
    close: () => {
      isClosed = true;
      stop();
    },
  };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
