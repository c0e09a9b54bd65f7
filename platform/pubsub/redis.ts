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
  /** One address, or several seeds of a cluster. */
  readonly urls: readonly string[];
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

/** About so many events of a tenant are kept in Redis, for so long; the rest is in the database. */
const KEPT_EVENTS = 10_000;
const KEPT_SECONDS = 7 * 24 * 60 * 60;
/** Redis serves nobody else while a script runs. */
const ENTRIES_PER_SCRIPT = 500;
const LENGTH_PER_SCRIPT = 1024 * 1024;

const logKey = (tenantId: string): string => `artel:{${tenantId}}:log`;
const headKey = (tenantId: string): string => `artel:{${tenantId}}:head`;

/** The bus between processes. It caches each tenant's log and may lose it at any moment without anything being lost. */
export const createRedisPubSub = (deps: RedisPubSubDeps): PubSubProvider => {
  const { urls, log, clock, metrics } = deps;
  const clients = createRedisClients({ urls, clock, log });
  const subscriptions = createRedisSubscriptions({ client: clients.subscriber, clock, log, metrics });
  const probe = createRedisProbe({ clients, subscriptions, clock, log });
  // A cluster's unsharded messages go to every node and by any of them, in whatever order.
  const kind = clients.isCluster ? "sharded" : "channel";

  const appendPart = async (
    tenantId: string,
    epoch: string,
    entries: readonly LogEntry[],
    floor: number | undefined,
  ): Promise<AppendOutcome> => {
    const answer = readAnswer(
      await clients.script(
        APPEND,
        [logKey(tenantId), headKey(tenantId), tenantChannel(tenantId)],
        [
          epoch,
          floor === undefined ? "" : String(floor),
          String(KEPT_EVENTS),
          String(KEPT_SECONDS),
          clients.isCluster ? "SPUBLISH" : "PUBLISH",
          ...entries.flatMap(({ seq, payload }) => [String(seq), payload]),
        ],
      ),
    );
    switch (answer[0]) {
      case "stale":
        return { kind: "stale-epoch", epoch: String(answer[1]) };
      case "gap":
        return { kind: "gap", head: Number(answer[1]) };
      default:
        metrics.pubsubPublished.inc(Number(answer[2]));
        return { kind: "accepted", head: Number(answer[1]) };
    }
  };

  return {
    name: "redis",
    isCache: true,
    append: async (tenantId, epoch, entries, floor) => {
      const [first = [], ...rest] = inParts(entries);
      let outcome = await appendPart(tenantId, epoch, first, floor);
      for (const part of rest) {
        if (outcome.kind !== "accepted") return outcome;
        outcome = await appendPart(tenantId, epoch, part, undefined);
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
      readPosition(await clients.run((client) => client.hmget(headKey(tenantId), "epoch", "seq"))),
    history: async (tenantId, since, limit) => {
      const keys = [logKey(tenantId), headKey(tenantId)];
      const args = [since.epoch, String(since.seq), String(limit)];
      return readHistory(readAnswer(await clients.script(HISTORY, keys, args)), since.seq);
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

const readAnswer = (answer: unknown): readonly unknown[] => {
  if (!Array.isArray(answer)) throw new Error("Redis answered a script with something else than a list");
  return answer;
};

const readPosition = (values: readonly unknown[]): Position | null => {
  const [epoch, seq] = values;
  const known = epochSchema.safeParse(epoch);
  return known.success && typeof seq === "string" ? { epoch: known.data, seq: Number(seq) } : null;
};

const readHistory = (answer: readonly unknown[], since: number): History => {
  const [kind, epoch, seq, payloads] = answer;
  const head = readPosition([epoch, seq]);
  if (head === null) return { kind: "unknown" };
  if (kind === "epoch" || kind === "ahead" || kind === "too-many" || kind === "trimmed") {
    return { kind: "unreachable", head, reason: kind };
  }
  const texts: readonly unknown[] = Array.isArray(payloads) ? payloads : [];
  const events = texts.map((payload, index) => ({ seq: since + 1 + index, payload: String(payload) }));
  return { kind: "events", head, events };
};

/** Cuts a batch so that no script runs long; none at all is one empty part. */
const inParts = (entries: readonly LogEntry[]): LogEntry[][] => {
  const parts: LogEntry[][] = [];
  let part: LogEntry[] = [];
  let length = 0;
  for (const entry of entries) {
    const isFull = part.length >= ENTRIES_PER_SCRIPT || length + entry.payload.length > LENGTH_PER_SCRIPT;
    if (isFull && part.length > 0) {
      parts.push(part);
      part = [];
      length = 0;
    }
    part.push(entry);
    length += entry.payload.length;
  }
  parts.push(part);
  return parts;
};
