import { Redis } from "ioredis";
import { systemClock } from "../../platform/clock/clock.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import { type LogEntry, tenantChannel } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { EPOCH, eventText } from "./events.ts";

export type Publisher = {
  /** Creates the tenant's log before the first subscription. */
  readonly open: (tenantId: string) => Promise<void>;
  /** Publishes the tenant's next event without waiting. */
  readonly send: (tenantId: string) => void;
  /** Resolves when Redis has accepted all events; rejects with the first failure. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

type TenantQueue = { seq: number; pending: LogEntry[]; running: Promise<void> | null };

/** Publishes as Artel's relay does: one append per tenant at a time; events that arrive meanwhile go into the next. */
export const createArtelPublisher = (redisUrl: string): Publisher => {
  const pubsub = createRedisPubSub({
    urls: [redisUrl],
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
  });
  const queues = new Map<string, TenantQueue>();
  let failure: Error | null = null;

  const queueOf = (tenantId: string): TenantQueue => {
    let queue = queues.get(tenantId);
    if (queue === undefined) {
      queue = { seq: 0, pending: [], running: null };
      queues.set(tenantId, queue);
    }
    return queue;
  };

  const drain = async (tenantId: string, queue: TenantQueue): Promise<void> => {
    while (queue.pending.length > 0) {
      const entries = queue.pending;
      queue.pending = [];
      const outcome = await pubsub.append(tenantId, EPOCH, entries);
      if (outcome.kind !== "accepted") throw new Error(`an append returned ${outcome.kind}`);
    }
  };

  const send = (tenantId: string): TenantQueue => {
    const queue = queueOf(tenantId);
    queue.seq += 1;
    queue.pending.push({ seq: queue.seq, payload: eventText(tenantId, queue.seq) });
    queue.running ??= drain(tenantId, queue)
      .catch((error: unknown) => {
        failure ??= toError(error);
      })
      .finally(() => {
        queue.running = null;
      });
    return queue;
  };

  const flush = async (): Promise<void> => {
    for (const { running } of queues.values()) await running;
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

/** Sends a plain PUBLISH per event. */
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
        failure ??= toError(error);
      });
    },
    flush: async () => {
      await last;
      if (failure !== null) throw failure;
    },
    close: async () => redis.disconnect(),
  };
};
