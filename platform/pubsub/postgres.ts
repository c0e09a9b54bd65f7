import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { LogReader } from "./log-reader.ts";
import { createPostgresChannel } from "./postgres-channel.ts";
import { createPostgresMessages } from "./postgres-messages.ts";
import { type PubSubProvider, tenantChannel } from "./provider.ts";
import { createPublished } from "./published.ts";
import { createSubscribers } from "./subscribers.ts";

export type PostgresPubSubDeps = {
  readonly url: string;
  /** Reads the event log in that database. */
  readonly reader: LogReader;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

const EVENTS = "artel_events";
const MESSAGES = "artel_messages";
/** More events than this in one notice are read by the feeds themselves, when they compare their heads. */
const MAX_READ = 10_000;

/**
 * The bus over LISTEN and NOTIFY. A notice of events carries only tenant and seq: the events are read from the log,
 * which is in the same database and therefore never behind. Other messages travel in the notices themselves.
 */
export const createPostgresPubSub = (deps: PostgresPubSubDeps): PubSubProvider => {
  const { reader, clock, log, metrics } = deps;
  const subscribers = createSubscribers(log, metrics);
  const published = createPublished();
  const messages = createPostgresMessages();
  const reconnects = new Set<() => void>();
  /** Reads of one tenant follow each other, so that its events are told in order. */
  const reading = new Map<string, Promise<void>>();

  const readAndTell = async (tenantId: string, epoch: string, first: number, last: number): Promise<void> => {
    const history = await reader.history(tenantId, { epoch, seq: first - 1 }, MAX_READ);
    if (history.kind !== "events") return;
    for (const { seq, payload } of history.events) if (seq <= last) subscribers.tell(tenantChannel(tenantId), payload);
  };

  const onEvents = (notice: string) => {
    const [tenantId = "", epoch = "", first = "", last = ""] = notice.split(" ");
    published.learn(tenantId, { epoch, seq: Number(last) });
    if (!subscribers.has(tenantChannel(tenantId))) return;
    const before = reading.get(tenantId) ?? Promise.resolve();
    const read = before
      .then(() => readAndTell(tenantId, epoch, Number(first), Number(last)))
      .catch((err: unknown) =>
        log.warn({ err, tenantId }, "events could not be read; the feeds will find them missing"),
      )
      .finally(() => {
        if (reading.get(tenantId) === read) reading.delete(tenantId);
      });
    reading.set(tenantId, read);
  };

  const channel = createPostgresChannel({
    url: deps.url,
    clock,
    log,
    channels: [EVENTS, MESSAGES],
    onNotice: (name, notice) => {
      if (name === EVENTS) return onEvents(notice);
      const message = messages.read(notice);
      if (message !== null) subscribers.tell(message.channel, message.payload);
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
      const outcome = published.append(tenantId, epoch, entries, floor, ({ seq }) => seqs.push(seq));
      const first = seqs[0];
      if (outcome.kind === "accepted" && first !== undefined) {
        await channel.notify(EVENTS, `${tenantId} ${epoch} ${first} ${outcome.head}`).catch((error: unknown) => {
          published.retract(tenantId, { epoch, seq: first - 1 });
          throw error;
        });
        metrics.pubsubPublished.inc(seqs.length);
      }
      return outcome;
    },
    publish: async (name, payload) => {
      for (const notice of messages.write(name, payload)) await channel.notify(MESSAGES, notice);
      metrics.pubsubPublished.inc();
    },
    subscribe: async (pattern, listener) => {
      await channel.connected();
      return subscribers.addPattern(pattern, listener);
    },
    subscribeExact: async (name, listener) => {
      await channel.connected();
      return subscribers.add(name, listener);
    },
    head: (tenantId) => reader.head(tenantId),
    history: (tenantId, since, limit) => reader.history(tenantId, since, limit),
    isHealthy: () => channel.isHealthy(),
    stats: () => subscribers.stats(),
    onReconnect: (listener) => {
      reconnects.add(listener);
      return () => void reconnects.delete(listener);
    },
    close: async () => {
      subscribers.clear();
      published.clear();
      await channel.close();
    },
  };
};
