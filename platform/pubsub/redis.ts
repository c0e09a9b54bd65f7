import { epochSchema, type Position } from "../../shared/protocol/position.ts";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type AppendOutcome, type History, type LogEntry, type PubSubProvider, tenantChannel } from "./provider.ts";
import { createRedisClients } from "./redis-client.ts";
import { createRedisProbe } from "./redis-probe.ts";
import { APPEND, HISTORY } from "./redis-scripts.ts";
import { createRedisSubscriptions } from "./redis-subscriptions.ts";

export type RedisPubSubDeps = {
  /** One URL, or several seeds of a cluster. */
  readonly urls: readonly string[];
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

/** Redis keeps about this many events per tenant, and drops a tenant's log this long after its last event. */
const MAX_EVENTS = 10_000;
const TTL_SECONDS = 7 * 24 * 60 * 60;
/** Bounds on one script call: Redis runs nothing else meanwhile. Lengths in UTF-16 units. */
const ENTRIES_PER_SCRIPT = 500;
const LENGTH_PER_SCRIPT = 1024 * 1024;

const logKey = (tenantId: string): string => `artel:{${tenantId}}:log`;
const headKey = (tenantId: string): string => `artel:{${tenantId}}:head`;

/**
 * The bus over Redis. It caches each tenant's log; losing the cache loses no event, because the database has them.
 */
export const createRedisPubSub = (deps: RedisPubSubDeps): PubSubProvider => {
  const { urls, log, clock, metrics } = deps;
  const clients = createRedisClients({ urls, clock, log });
  const subscriptions = createRedisSubscriptions({ client: clients.subscriber, clock, log, metrics });
  const probe = createRedisProbe({ clients, subscriptions, clock, log });
  // A cluster forwards an unsharded message through whichever node received it, which does not preserve the order.
  const kind = clients.isCluster ? "sharded" : "channel";

  const appendBatch = async (
    tenantId: string,
    epoch: string,
    entries: readonly LogEntry[],
    floor: number | undefined,
  ): Promise<AppendOutcome> => {
    const reply = asList(
      await clients.script(
        APPEND,
        [logKey(tenantId), headKey(tenantId), tenantChannel(tenantId)],
        [
          epoch,
          floor === undefined ? "" : String(floor),
          String(MAX_EVENTS),
          String(TTL_SECONDS),
          clients.isCluster ? "SPUBLISH" : "PUBLISH",
          ...entries.flatMap(({ seq, payload }) => [String(seq), payload]),
        ],
      ),
    );
    switch (reply[0]) {
      case "stale":
        return { kind: "stale-epoch", epoch: String(reply[1]) };
      case "gap":
        return { kind: "gap", head: Number(reply[1]) };
      default:
        metrics.pubsubPublished.inc(Number(reply[2]));
        return { kind: "accepted", head: Number(reply[1]) };
    }
  };

  return {
    name: "redis",
    isCache: true,
    append: async (tenantId, epoch, entries, floor) => {
      const [first = [], ...rest] = toBatches(entries);
      let outcome = await appendBatch(tenantId, epoch, first, floor);
      for (const batch of rest) {
        if (outcome.kind !== "accepted") return outcome;
        outcome = await appendBatch(tenantId, epoch, batch, undefined);
      }
      return outcome;
    },
    publish: async (channel, payload) => {
      await clients.run((client) =>
        clients.isCluster ? client.spublish(channel, payload) : client.publish(channel, payload),
      );
      metrics.pubsubPublished.inc();
    },
    subscribe: async (pattern, listener) => {
      if (clients.isCluster) throw new Error("a Redis cluster has no patterns of sharded channels");
      return subscriptions.subscribe("pattern", pattern, listener);
    },
    subscribeExact: (channel, listener) => subscriptions.subscribe(kind, channel, listener),
    head: async (tenantId) =>
      decodePosition(await clients.run((client) => client.hmget(headKey(tenantId), "epoch", "seq"))),
    history: async (tenantId, since, limit) => {
      const keys = [logKey(tenantId), headKey(tenantId)];
      const args = [since.epoch, String(since.seq), String(limit)];
      return decodeHistory(asList(await clients.script(HISTORY, keys, args)), since.seq);
    },
    isHealthy: () => probe.isHealthy(),
    stats: () => ({
      channels: subscriptions.count("channel") + subscriptions.count("sharded") - probe.channels,
      patterns: subscriptions.count("pattern"),
    }),
    onReconnect: (listener) => subscriptions.onReconnect(listener),
    close: async () => {
      probe.close();
      subscriptions.close();
      clients.close();
    },
  };
};

const asList = (reply: unknown): readonly unknown[] => {
  if (!Array.isArray(reply)) throw new Error("the reply of a Redis script is not a list");
  return reply;
};

const decodePosition = (values: readonly unknown[]): Position | null => {
  const [epoch, seq] = values;
  const known = epochSchema.safeParse(epoch);
  return known.success && typeof seq === "string" ? { epoch: known.data, seq: Number(seq) } : null;
};

const decodeHistory = (reply: readonly unknown[], since: number): History => {
  const [kind, epoch, seq, payloads] = reply;
  const head = decodePosition([epoch, seq]);
  if (head === null) return { kind: "unknown" };
  if (kind === "epoch" || kind === "ahead" || kind === "too-many" || kind === "trimmed") {
    return { kind: "unreachable", head, reason: kind };
  }
  const texts: readonly unknown[] = Array.isArray(payloads) ? payloads : [];
  const events = texts.map((payload, index) => ({ seq: since + 1 + index, payload: String(payload) }));
  return { kind: "events", head, events };
};

/** Splits entries by the bounds of one script call. Without entries returns one empty batch. */
const toBatches = (entries: readonly LogEntry[]): LogEntry[][] => {
  const batches: LogEntry[][] = [];
  let batch: LogEntry[] = [];
  let length = 0;
  for (const entry of entries) {
    const isFull = batch.length >= ENTRIES_PER_SCRIPT || length + entry.payload.length > LENGTH_PER_SCRIPT;
    if (isFull && batch.length > 0) {
      batches.push(batch);
      batch = [];
      length = 0;
    }
    batch.push(entry);
    length += entry.payload.length;
  }
  batches.push(batch);
  return batches;
};
