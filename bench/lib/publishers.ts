import { Redis } from "ioredis";
import { systemClock } from "../../platform/clock/clock.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import { type LogEntry, tenantChannel } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { EPOCH, eventText } from "./events.ts";

export type Publisher = {
  /** Makes a tenant known before anybody subscribes to it. */
  readonly open: (tenantId: string) => Promise<void>;
  /** Publishes the tenant's next event, without waiting. */
  readonly send: (tenantId: string) => void;
  /** Resolves when everything was taken by Redis; rejects when something was not. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

type Lane = { seq: number; waiting: LogEntry[]; running: Promise<void> | null };

/** As Artel's relay does it: one append of a tenant under way at a time, and what comes meanwhile goes with the next. */
export const createArtelPublisher = (redisUrl: string): Publisher => {
  const pubsub = createRedisPubSub({
    urls: [redisUrl],
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
  });
  const lanes = new Map<string, Lane>();
  let failure: Error | null = null;

  const laneOf = (tenantId: string): Lane => {
    let lane = lanes.get(tenantId);
    if (lane === undefined) {
      lane = { seq: 0, waiting: [], running: null };
      lanes.set(tenantId, lane);
    }
    return lane;
  };

  const drain = async (tenantId: string, lane: Lane): Promise<void> => {
    while (lane.waiting.length > 0) {
      const entries = lane.waiting;
      lane.waiting = [];
      const outcome = await pubsub.append(tenantId, EPOCH, entries);
      if (outcome.kind !== "accepted") throw new Error(`an append was answered with ${outcome.kind}`);
    }
  };

  const send = (tenantId: string): Lane => {
    const lane = laneOf(tenantId);
    lane.seq += 1;
    lane.waiting.push({ seq: lane.seq, payload: eventText(tenantId, lane.seq) });
    lane.running ??= drain(tenantId, lane)
      .catch((error: unknown) => {
        failure ??= asError(error);
      })
      .finally(() => {
        lane.running = null;
      });
    return lane;
  };

  const flush = async (): Promise<void> => {
    for (const { running } of lanes.values()) await running;
    if (failure !== null) throw failure;
  };

  return {
    open: async (tenantId) => {
      await send(tenantId).running;
      await flush();
    },
    send: (tenantId) => void send(tenantId),
    flush,
    close: () => pubsub.close(),
  };
};

/** A plain PUBLISH of each event. */
export const createPlainPublisher = (redisUrl: string): Publisher => {
  const redis = new Redis(redisUrl);
  const seqs = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();
  let failure: Error | null = null;
  return {
    open: async () => {},
    send: (tenantId) => {
      const seq = (seqs.get(tenantId) ?? 0) + 1;
      seqs.set(tenantId, seq);
      last = redis.publish(tenantChannel(tenantId), eventText(tenantId, seq)).catch((error: unknown) => {
        failure ??= asError(error);
      });
    },
    flush: async () => {
      await last;
      if (failure !== null) throw failure;
    },
    close: async () => redis.disconnect(),
  };
};
