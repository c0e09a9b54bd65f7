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

/** Bounds of one transaction: events, and milliseconds after which the rest is left to the next one. */
const BATCH = 100;
const BATCH_MS = 10;
/** Tenants at the same time, for each consumer of a process: requests need the database's connections too. */
const CONCURRENCY = 2;
const RETRY = { first: 200, most: 60_000 };
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Handles one event. Every effect must go through `tx`, which also moves the cursor: either both are committed or
 * neither is, and then the event is handed over again. The handler must await nothing but `tx`, because on SQLite all
 * writers wait for it. `event.data` has the shape that the version which committed the event gave it.
 */
export type Handle = (tx: Tx, event: SequencedMessage) => Promise<void>;

/**
 * Derives from the tenant's current state everything that the deleted events would have led to. Events committed during
 * the rebuild are handed to `handle` afterwards.
 */
export type Rebuild = (tx: Tx, tenantId: string) => Promise<void>;

export type ConsumerOptions = {
  /** Where to start in logs that exist already, `beginning` by default. Only the first start under a name reads it. */
  readonly from?: StartFrom;
  /**
   * Called when retention deleted events that were not taken. By default the consumer goes on with the oldest kept one.
   */
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
  /** Reads a tenant's log now; call it after a commit. Never throws and never waits. */
  nudge(tenantId: string): void;
  /** Resolves when no events are being handled; delays after failures do not count. */
  idle(): Promise<void>;
  /** Resolves when the event in progress is committed; takes no more events. */
  stop(): Promise<void>;
};

/**
 * Hands every event of every tenant to `handle`, at least once, and a tenant's events one at a time and in order.
 * Several processes may run the same consumer: the lock on a tenant's cursor admits one of them. A failed event is
 * retried until it succeeds or retention deletes it, and delays the later events of its tenant alone. The cursors
 * belong to `name`: a renamed consumer starts anew. Rejects when the database is unreachable.
 * @throws RangeError when the name is not made of lower case letters, digits and hyphens.
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
  /** The seq of the event at which each tenant's last attempt failed. */
  const failedAt = new Map<string, number>();
  let stopped = false;

  /** Handles events in order, within the bounds of one transaction. Returns the last one. */
  const handleInOrder = async (
    tx: Tx,
    tenantId: string,
    entries: readonly LogEntry[],
  ): Promise<SequencedMessage | null> => {
    const startedAt = clock.now();
    let last: SequencedMessage | null = null;
    for (const { seq, payload } of entries) {
      // The events before one that failed are committed without it, so an event that always fails undoes no others.
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

  /** Takes the next events in one transaction, which may run more than once before it commits. */
  const takeBatch = (tenantId: string) =>
    db.change(async (tx) => {
      const cursor = await lockCursor(db.dialect, tx, name, tenantId);
      // Read before the events: without a gap they reach at least up to this head.
      const head = cursor === null ? null : await readHead(tx, tenantId);
      if (cursor === null || head === null) return { taken: 0, missed: 0, isDone: true };
      const entries = await eventsOfAllEpochsAfter(tx, tenantId, cursor.seq, BATCH);
      const missed = (entries[0]?.seq ?? head.seq + 1) - (cursor.seq + 1);
      if (missed > 0 && options.rebuild !== undefined) {
        await options.rebuild(tx, tenantId);
        await moveCursor(tx, name, tenantId, head);
        return { taken: 0, missed: head.seq - cursor.seq, isDone: false };
      }
      const last = await handleInOrder(tx, tenantId, entries);
      const reached = last === null ? head : positionAfter(last, head);
      if (reached.epoch !== cursor.epoch || reached.seq !== cursor.seq) await moveCursor(tx, name, tenantId, reached);
      const taken = entries.filter(({ seq }) => seq <= reached.seq).length;
      return { taken, missed, isDone: taken === entries.length && entries.length < BATCH };
    });

  const runner = createTenantRunner({
    clock,
    random: deps.random,
    retry: RETRY,
    concurrency: CONCURRENCY,
    run: async (tenantId) => {
      const { taken, missed, isDone } = await takeBatch(tenantId);
      if (taken > 0) failedAt.delete(tenantId);
      metrics.consumerEvents.inc(labels, taken);
      if (missed > 0) {
        metrics.consumerMissed.inc(labels, missed);
        log.error({ ...labels, tenantId, missed }, "a consumer missed events that are no longer kept");
      }
      // The rest waits until the other tenants have had their turn.
      if (!isDone && !stopped) void runner.request(tenantId);
    },
    onFailure: (tenantId, err, failures) => {
      metrics.consumerFailures.inc(labels);
      if (failures > 1) return;
      const seq = failedAt.get(tenantId);
      log.error({ err, ...labels, tenantId, seq }, "a consumer failed; the event comes again");
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

/** The cursor after `last`. At the head it takes the head's epoch, which may have begun without an event. */
const positionAfter = (last: SequencedMessage, head: Position): Position =>
  last.seq === head.seq ? head : { epoch: last.epoch, seq: last.seq };
