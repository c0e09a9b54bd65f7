import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { LogReader } from "./log-reader.ts";
import { createPostgresConnection } from "./postgres-connection.ts";
import { createMessageCodec } from "./postgres-messages.ts";
import { type PubSubProvider, tenantChannel } from "./provider.ts";
import { createPublishedHeads } from "./published-heads.ts";
import { createSubscribers } from "./subscribers.ts";

export type PostgresPubSubDeps = {
  readonly url: string;
  /** Reads the event log of the database at `url`. */
  readonly reader: LogReader;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

const EVENTS = "artel_events";
const MESSAGES = "artel_messages";
/** A notification of more events is ignored; the feeds read them when they compare their heads. */
const MAX_READ = 10_000;

/**
 * The bus over LISTEN and NOTIFY. A notification of events carries only tenant, epoch and seqs: each process reads the
 * events from the log, which is in the same database and therefore never behind. Other messages travel as
 * notifications.
 */
export const createPostgresPubSub = (deps: PostgresPubSubDeps): PubSubProvider => {
  const { reader, clock, log, metrics } = deps;
  const subscribers = createSubscribers(log, metrics);
  const heads = createPublishedHeads();
  const messages = createMessageCodec();
  const reconnects = new Set<() => void>();
  /**
   * The last read per tenant. Reads of one tenant run one after the other, so that its events are dispatched in order.
   */
  const reads = new Map<string, Promise<void>>();

  const readAndDispatch = async (tenantId: string, epoch: string, first: number, last: number): Promise<void> => {
    const history = await reader.history(tenantId, { epoch, seq: first - 1 }, MAX_READ);
    if (history.kind !== "events") return;
    for (const { seq, payload } of history.events) {
      if (seq <= last) subscribers.dispatch(tenantChannel(tenantId), payload);
    }
  };

  const onEvents = (payload: string) => {
    const [tenantId = "", epoch = "", first = "", last = ""] = payload.split(" ");
    heads.advance(tenantId, { epoch, seq: Number(last) });
    if (!subscribers.has(tenantChannel(tenantId))) return;
    const before = reads.get(tenantId) ?? Promise.resolve();
    const read = before
      .then(() => readAndDispatch(tenantId, epoch, Number(first), Number(last)))
      .catch((err: unknown) =>
        log.warn({ err, tenantId }, "events could not be read from the log; the feeds will detect the gap"),
      )
      .finally(() => {
        if (reads.get(tenantId) === read) reads.delete(tenantId);
      });
    reads.set(tenantId, read);
  };

  const connection = createPostgresConnection({
    url: deps.url,
    clock,
    log,
    channels: [EVENTS, MESSAGES],
    onNotification: (channel, payload) => {
      if (channel === EVENTS) return onEvents(payload);
      const message = messages.decode(payload);
      if (message !== null) subscribers.dispatch(message.channel, message.payload);
    },
    onReconnect: () => {
      for (const listener of reconnects) listener();
    },
  });

  return {
    name: "postgres",
    isCache: false,
    append: async (tenantId, epoch, entries, floor) => {
      const seqs: number[] = [];
      const outcome = heads.append(tenantId, epoch, entries, floor, ({ seq }) => seqs.push(seq));
      const first = seqs[0];
      if (outcome.kind === "accepted" && first !== undefined) {
        await connection.notify(EVENTS, `${tenantId} ${epoch} ${first} ${outcome.head}`).catch((error: unknown) => {
          heads.rollBack(tenantId, { epoch, seq: first - 1 });
          throw error;
        });
        metrics.pubsubPublished.inc(seqs.length);
      }
      return outcome;
    },
    publish: async (channel, payload) => {
      for (const part of messages.encode(channel, payload)) await connection.notify(MESSAGES, part);
      metrics.pubsubPublished.inc();
    },
    subscribe: async (pattern, listener) => {
      await connection.connected();
      return subscribers.addPattern(pattern, listener);
    },
    subscribeExact: async (channel, listener) => {
      await connection.connected();
      return subscribers.add(channel, listener);
    },
    head: (tenantId) => reader.head(tenantId),
    history: (tenantId, since, limit) => reader.history(tenantId, since, limit),
    isHealthy: () => connection.isHealthy(),
    stats: () => subscribers.stats(),
    onReconnect: (listener) => {
      reconnects.add(listener);
      return () => void reconnects.delete(listener);
    },
    close: async () => {
      subscribers.clear();
      heads.clear();
      await connection.close();
    },
  };
};
