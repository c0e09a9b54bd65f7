import { randomUUID } from "node:crypto";
import slotOf from "cluster-key-slot";
import type { Clock } from "../clock/clock.ts";
import { errorMessage } from "../log/error-message.ts";
import type { Log } from "../log/log.ts";
import { withRedisTimeout } from "../redis/unavailable.ts";
import type { Unsubscribe } from "./provider.ts";
import type { RedisClients } from "./redis-client.ts";
import { PROBE } from "./redis-scripts.ts";
import type { RedisSubscriptions } from "./redis-subscriptions.ts";

export type RedisProbe = {
  /** Whether a message just made a round trip through every master. Never rejects. */
  isHealthy(): Promise<boolean>;
  /** The number of channels that the probe itself has subscribed to. */
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
const INTERVAL_MS = 5_000;
/** Failures of a seemingly connected Redis before the probe reconnects: the connection may be half open. */
const MIN_ALLOWED_FAILURES = 2;
/** Allowed failures double after each fruitless reconnect, up to this: reconnecting also drops the healthy masters. */
const MAX_ALLOWED_FAILURES = 12;

/** Candidate names to try per update. Among this many, every slot has one with near certainty. */
const MAX_CANDIDATES = 200_000;

/**
 * A key and channel on one master. In a cluster each master has one, because each has its own subscriber connection.
 */
type ProbeTarget = {
  readonly name: string;
  readonly channel: string;
  expected: { readonly text: string; resolve(): void } | null;
  subscribed: Promise<Unsubscribe> | null;
};

/**
 * Health check of Redis: writes a key and publishes a message to itself. An open socket may carry nothing, and a
 * read-only replica or a Redis out of memory may deliver messages but accept no events.
 */
export const createRedisProbe = (deps: RedisProbeDeps): RedisProbe => {
  const { clients, subscriptions, clock, log } = deps;
  const id = randomUUID();
  const kind = clients.isCluster ? "sharded" : "channel";
  /** By master; "" for an unknown master. */
  let targets = new Map<string, ProbeTarget>();
  let running: Promise<boolean> | null = null;
  let failures = 0;
  let allowedFailures = MIN_ALLOWED_FAILURES;
  let isClosed = false;

  const createTarget = (index: number): ProbeTarget => {
    const name = `artel:{probe:${id}:${index}}`;
    return { name, channel: `${name}:channel`, expected: null, subscribed: null };
  };

  const dropTarget = ({ channel, subscribed }: ProbeTarget) => {
    subscribed
      ?.then((end) => end())
      .catch((err: unknown) => log.debug({ err, channel }, "unsubscribing from a channel failed"));
  };

  /** Returns one target per current master. Keeps the targets whose master has none yet. */
  const updateTargets = (): readonly ProbeTarget[] => {
    const owners = clients.slotOwners();
    const ownerOf = ({ channel }: ProbeTarget) => owners[slotOf(channel)] ?? "";
    const masters = new Set(owners.filter((owner) => owner !== undefined));
    if (masters.size === 0) masters.add("");
    const found = new Map<string, ProbeTarget>();
    const assign = (target: ProbeTarget): boolean => {
      const owner = ownerOf(target);
      if (!masters.has(owner) || found.has(owner)) return false;
      found.set(owner, target);
      return true;
    };
    for (const target of targets.values()) if (!assign(target)) dropTarget(target);
    for (let index = 0; found.size < masters.size && index < MAX_CANDIDATES; index += 1) assign(createTarget(index));
    targets = found;
    return [...found.values()];
  };

  const roundTrip = async (target: ProbeTarget): Promise<void> => {
    const { name, channel } = target;
    target.subscribed ??= subscriptions
      .subscribe(kind, channel, (payload) => {
        if (payload === target.expected?.text) target.expected.resolve();
      })
      .catch((error: unknown) => {
        target.subscribed = null;
        throw error;
      });
    await target.subscribed;
    const { promise, resolve } = Promise.withResolvers<void>();
    const text = randomUUID();
    target.expected = { text, resolve };
    await clients.script(PROBE, [name, channel], [clients.isCluster ? "SPUBLISH" : "PUBLISH", text]);
    await promise;
  };

  const probe = async (): Promise<boolean> => {
    try {
      await withRedisTimeout(clock, Promise.all(updateTargets().map(roundTrip)), ROUND_TRIP_MS);
      failures = 0;
      allowedFailures = MIN_ALLOWED_FAILURES;
      return true;
    } catch (error) {
      if (isClosed) return false;
      const looksConnected = clients.commands.status === "ready" && clients.subscriber.status === "ready";
      failures = looksConnected ? failures + 1 : 0;
      if (failures >= allowedFailures) {
        failures = 0;
        allowedFailures = Math.min(MAX_ALLOWED_FAILURES, allowedFailures * 2);
        log.warn({ reason: errorMessage(error) }, "Redis looks connected and does not work; reconnecting");
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
  const stop = clock.every(INTERVAL_MS, () => {
    void isHealthy();
  });

  return {
    isHealthy,
    get channels() {
      return [...targets.values()].filter(({ subscribed }) => subscribed !== null).length;
    },
    close: () => {
      isClosed = true;
      stop();
    },
  };
};
