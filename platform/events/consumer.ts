import { parseJson } from "../../shared/json.ts";
import { type SequencedMessage, sequencedMessageSchema } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { Clock } from "../clock/clock.ts";
import type { Db, Tx } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { LogEntry } from "../pubsub/provider.ts";
import { lockCursor, moveCursor, RELAY, registerConsumer, type StartFrom } from "./cursors.ts";
import { eventsOfAllEpochsAfter, readHead } from "./log.ts";
import { startSweep } from "./sweep.ts";
import { createTenantRunner } from "./tenant-runner.ts";

/** Events in one transaction at most, and how long they may take before the rest goes into the next one. */
const BATCH = 100;
const BATCH_MS = 10;
/** Tenants at a time, for each consumer of a process: requests need connections too. */
const AT_ONCE = 2;
const RETRY = { first: 200, most: 60_000 };
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Takes one event. All that it does it does through `tx`, which also moves the cursor: when either fails, neither has
 * happened, and the event comes again. It waits for nothing else: on SQLite all writers wait with it. `event.data` is
 * as the version that committed the event wrote it.
 */
export type Handle = (tx: Tx, event: SequencedMessage) => Promise<void>;

/**
 * Builds from the tenant's state what the events would have built, in place of events that are no longer kept. The
 * events that are committed meanwhile come again.
 */
export type Rebuild = (tx: Tx, tenantId: string) => Promise<void>;

export type ConsumerOptions = {
  /** Where to begin in the logs that are there already. Counts once, when the name is registered; `beginning` by default. */
  readonly from?: StartFrom;
  /** Called when events were deleted before they were taken; without it, the consumer goes on with the oldest kept one. */
  readonly rebuild?: Rebuild;
};

export type ConsumerDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly random: () => number;
};

export type Consumer = {
  /** Looks at a tenant's log at once; call it after a commit. Never throws and never waits. */
  nudge(tenantId: string): void;
  /** Resolves when nothing is under way; waits after failures do not count. */
  idle(): Promise<void>;
  /** Lets the events that are being taken end, and takes no more. */
  stop(): Promise<void>;
};

/**
 * Hands every event of every tenant to `handle`: at least once, a tenant's events in their order, one at a time. Several
 * processes may run the same consumer; one of them has a tenant's cursor at a time. A failed event is tried again until
 * it succeeds or retention gives it up, and the tenant's later events wait for it.
 * `name` is the consumer's for good: under another one it begins anew.
 * @throws RangeError when the name is not fit. Rejects when the database does not answer.
 */
export const startConsumer = async (
  deps: ConsumerDeps,
  name: string,
  handle: Handle,
  options: ConsumerOptions = {},
): Promise<Consumer> => {
  if (!NAME.test(name) || name === RELAY) throw new RangeError(`not a name for a consumer: ${name}`);
  const { db, clock, log, metrics } = deps;
  const labels = { consumer: name };
  await registerConsumer(db, name, options.from ?? "beginning", new Date(clock.now()).toISOString());
  /** The seq at which each tenant's last batch failed. */
  const failedAt = new Map<string, number>();
  let stopped = false;

  /** Takes events in order, until it is time for the next transaction. Answers the last one taken. */
  const take = async (tx: Tx, tenantId: string, entries: readonly LogEntry[]): Promise<SequencedMessage | null> => {
    const startedAt = clock.now();
    let last: SequencedMessage | null = null;
    for (const { seq, payload } of entries) {
      // The events before one that failed are committed without it, however often it fails.
      if (last !== null && (seq === failedAt.get(tenantId) || stopped || clock.now() - startedAt > BATCH_MS)) break;
      try {
        const event = sequencedMessageSchema.parse(parseJson(payload));
        await handle(tx, event);
        last = event;
      } catch (error) {
        failedAt.set(tenantId, seq);
        throw error;
      }
    }
    return last;
  };

  /** One transaction. Answers what became of it; it may run more than once before it is committed. */
  const takeBatch = (tenantId: string) =>
    db.change(async (tx) => {
      const cursor = await lockCursor(db.dialect, tx, name, tenantId);
      // Read before the events, so that those that follow the cursor reach at least up to it.
      const head = cursor === null ? null : await readHead(tx, tenantId);
      if (cursor === null || head === null) return { taken: 0, missed: 0, isDone: true };
      const entries = await eventsOfAllEpochsAfter(tx, tenantId, cursor.seq, BATCH);
      const missed = (entries[0]?.seq ?? head.seq + 1) - (cursor.seq + 1);
      if (missed > 0 && options.rebuild !== undefined) {
        await options.rebuild(tx, tenantId);
        await moveCursor(tx, name, tenantId, head);
        return { taken: 0, missed: head.seq - cursor.seq, isDone: false };
      }
      const last = await take(tx, tenantId, entries);
      const reached = last === null ? head : positionAfter(last, head);
      if (reached.epoch !== cursor.epoch || reached.seq !== cursor.seq) await moveCursor(tx, name, tenantId, reached);
      const taken = entries.filter(({ seq }) => seq <= reached.seq).length;
      return { taken, missed, isDone: taken === entries.length && entries.length < BATCH };
    });

  const work = async (tenantId: string): Promise<void> => {
    const { taken, missed, isDone } = await takeBatch(tenantId);
    if (taken > 0) failedAt.delete(tenantId);
    metrics.consumerEvents.inc(labels, taken);
    if (missed > 0) {
      metrics.consumerMissed.inc(labels, missed);
      log.error({ ...labels, tenantId, missed }, "a consumer missed events that are no longer kept");
    }
    // Behind the other tenants that wait for their turn.
    if (!isDone && !stopped) void runner.request(tenantId);
  };

  const runner = createTenantRunner({
    clock,
    random: deps.random,
    retry: RETRY,
    atOnce: AT_ONCE,
    work,
    failed: (tenantId, err, failures) => {
      metrics.consumerFailures.inc(labels);
      const seq = failedAt.get(tenantId);
      if (failures === 1) log.error({ err, ...labels, tenantId, seq }, "a consumer failed; the event comes again");
    },
  });
  const stopSweep = startSweep(
    { db, clock, log },
    { consumer: name, found: (tenantId) => void runner.request(tenantId) },
  );

  return {
    nudge: (tenantId) => void runner.request(tenantId),
    idle: () => runner.idle(),
    stop: async () => {
      stopped = true;
      await stopSweep();
      await runner.stop();
    },
  };
};

/** The position after `last`; at the head it is the head's, whose epoch may have begun since without events. */
const positionAfter = (last: SequencedMessage, head: Position): Position =>
  last.seq === head.seq ? head : { epoch: last.epoch, seq: last.seq };
