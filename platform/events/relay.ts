import { parseJson } from "../../shared/json.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { Clock } from "../clock/clock.ts";
import { type Db, readSnapshot } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { keepSubscribed } from "../pubsub/keep-subscribed.ts";
import { type LogEntry, type PubSubProvider, REPAIR_CHANNEL, REPAIRED_CHANNEL } from "../pubsub/provider.ts";
import { type RepairAnswer, repairRequestSchema } from "./control.ts";
import { advanceCursors, RELAY, readCursor, registerConsumer, unregisterConsumer } from "./cursors.ts";
import { eventsAfter, isBehind, readHead, startEpoch } from "./log.ts";
import { startReconciler } from "./reconciler.ts";
import { startSweep } from "./sweep.ts";
import { createTenantRunner } from "./tenant-runner.ts";

const BATCH = 500;
const RETRY = { first: 100, most: 10_000 };
/** Another relay may append between an outcome and the next read; more misses in a row than this are no race. */
const MAX_MISSES = 5;

export type Committed = { readonly epoch: string; readonly entries: readonly LogEntry[] };

export type Relay = {
  /**
   * Resolves once pub/sub was compared with the database and a new epoch begun wherever the database had gone back;
   * after five seconds at the latest, and sooner when pub/sub is unreachable. The process must take no command before:
   * an event with the seq of an undone one would hide that the database went back. Never rejects.
   */
  readonly compared: Promise<void>;
  /** Sends committed events to pub/sub; call it after the commit. Never throws and never waits. */
  nudge(tenantId: string, committed: Committed): void;
  /** Resolves when no tenant's events are being sent; waits after failures do not count. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

export type RelayDeps = {
  readonly db: Db;
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly random: () => number;
  /** Makes an epoch that sorts after all earlier ones. */
  readonly newEpoch: () => string;
};

/** One tenant's events that are not sent yet. */
type TenantQueue = {
  committed: Committed[];
  /** The direct path failed or missed events, so they must be read from the log. */
  isBehind: boolean;
  /** A node waits for the answer to its repair request. */
  repairRequested: boolean;
  /** The highest position named by a token that such a node was shown. */
  seen: Position | null;
};

/**
 * Sends events from the log to pub/sub. The direct path sends committed events without reading the log. Events that it
 * failed to send, and those of processes that died, are read from the log. Appending is idempotent, so several relays
 * may run.
 */
export const startRelay = (deps: RelayDeps): Relay => {
  const { db, pubsub, clock, log, metrics } = deps;
  const queues = new Map<string, TenantQueue>();
  // The local bus reads the log itself and ends with the process, so no cursor is needed.
  const hasCursor = pubsub.name !== "local";
  /** Positions that pub/sub accepted since the last sweep; the next one writes them into the cursors. */
  const relayedPositions = new Map<string, Position>();
  let stopped = false;

  const queueOf = (tenantId: string): TenantQueue => {
    let queue = queues.get(tenantId);
    if (queue === undefined) {
      queue = { committed: [], isBehind: false, repairRequested: false, seen: null };
      queues.set(tenantId, queue);
    }
    return queue;
  };

  const markRelayed = (tenantId: string, position: Position) => {
    if (!hasCursor) return;
    const known = relayedPositions.get(tenantId);
    if (known === undefined || isBehind(known, position)) relayedPositions.set(tenantId, position);
    reconciler?.accepted(tenantId, position);
  };

  const relayTenant = async (tenantId: string): Promise<void> => {
    const queue = queueOf(tenantId);
    try {
      while (queue.committed.length > 0 && !queue.isBehind) {
        const batch = joinBatches(queue.committed);
        const outcome = await pubsub.append(tenantId, batch.epoch, batch.entries);
        if (outcome.kind === "accepted") {
          metrics.relayed.inc({ path: "direct" }, batch.entries.length);
          const last = batch.entries.at(-1)?.seq ?? 0;
          markRelayed(tenantId, { epoch: batch.epoch, seq: Math.min(last, outcome.head) });
          // Another relay is further, the database went back, or the batch has a gap: the log decides.
          if (outcome.head !== last) queue.isBehind = true;
        } else queue.isBehind = true;
      }
      if (queue.isBehind) {
        queue.committed = [];
        queue.isBehind = false;
        const { repairRequested, seen } = queue;
        queue.repairRequested = false;
        queue.seen = null;
        const head = await relayFromLog(tenantId, seen);
        if (repairRequested) await answerRepair(tenantId, head);
      }
    } catch (error) {
      queue.isBehind = true;
      queue.committed = [];
      throw error;
    }
    if (queue.committed.length === 0 && !queue.isBehind) queues.delete(tenantId);
  };

  const runner = createTenantRunner({
    clock,
    random: deps.random,
    retry: RETRY,
    run: relayTenant,
    onFailure: (tenantId, err, failures) => {
      metrics.relayFailures.inc();
      if (failures === 1) log.warn({ err, tenantId }, "events could not be handed to pub/sub; tried again");
    },
  });

  /** Sends the events that pub/sub lacks from the log. Returns the database's head. */
  const relayFromLog = async (tenantId: string, seen: Position | null): Promise<Position | null> => {
    let after = await lastPublished(tenantId, seen);
    let misses = 0;
    for (;;) {
      const { head, events } = await readSnapshot(db, async (tx) => {
        const head = await readHead(tx, tenantId);
        if (head === null) return { head, events: [] };
        return { head, events: await eventsAfter(tx, tenantId, { epoch: head.epoch, seq: after }, BATCH) };
      });
      if (head === null) return null;
      if (head.seq === after) {
        markRelayed(tenantId, head);
        return head;
      }
      // Events up to the floor are no longer kept, so pub/sub must not ask for them.
      const floor = (events[0]?.seq ?? head.seq + 1) - 1;
      const outcome = await pubsub.append(tenantId, head.epoch, events, floor);
      if (outcome.kind !== "accepted") {
        misses += 1;
        if (misses > MAX_MISSES) throw new Error("pub/sub asks for events that the log does not have");
        after = outcome.kind === "gap" ? outcome.head : ((await lastKnown(tenantId, seen))?.seq ?? 0);
        continue;
      }
      metrics.relayed.inc({ path: "log" }, events.length);
      after = events.at(-1)?.seq ?? head.seq;
      markRelayed(tenantId, { epoch: head.epoch, seq: after });
      if (after >= head.seq) return head;
    }
  };

  /**
   * Begins a new epoch: pub/sub or a token knows events that the database does not have, so the database was put back
   * to an older copy, and its history does not continue the one that clients have seen.
   */
  const beginEpoch = async (tenantId: string, known: Position): Promise<void> => {
    const epoch = deps.newEpoch();
    const at = new Date(clock.now()).toISOString();
    const head = await startEpoch(db, tenantId, { seen: known, epoch, at });
    if (head?.epoch !== epoch) return;
    log.error({ tenantId, known, head }, "the database has gone back; the team's history begins anew");
    await pubsub.append(tenantId, epoch, [], head.seq);
  };

  /** The last position of the database's current epoch that pub/sub has; seq 0 when it has none of it. */
  const lastKnown = async (tenantId: string, seen: Position | null): Promise<Position | null> => {
    for (let hasBegun = false; ; hasBegun = true) {
      const [inBus, inLog] = await Promise.all([pubsub.head(tenantId), readHead(db.read, tenantId)]);
      if (inLog === null) return null;
      const ahead = [inBus, seen].find((known) => known !== null && isBehind(inLog, known));
      if (!ahead) return { epoch: inLog.epoch, seq: inBus?.epoch === inLog.epoch ? inBus.seq : 0 };
      if (hasBegun) throw new Error("pub/sub or a token stays ahead of the database after a new epoch");
      await beginEpoch(tenantId, ahead);
    }
  };

  /**
   * The seq of the last event that pub/sub has and has published. Redis has published all events that it has. On the
   * Postgres bus the database itself is the log, and holds events that nobody was notified of, because a process died
   * or its notice failed; there the cursor decides.
   */
  const lastPublished = async (tenantId: string, seen: Position | null): Promise<number> => {
    const known = await lastKnown(tenantId, seen);
    if (known === null) return 0;
    if (pubsub.name !== "postgres") return known.seq;
    const positions = [await readCursor(db.read, RELAY, tenantId), relayedPositions.get(tenantId)];
    const seqs = positions.map((position) => (position?.epoch === known.epoch ? position.seq : 0));
    return Math.min(known.seq, Math.max(...seqs));
  };

  let isRegistered = false;
  /** Writes the relayed positions into the cursors, for many tenants at once and outside of every request. */
  const writeCursors = async (): Promise<void> => {
    if (!isRegistered) await registerConsumer(db, RELAY, "beginning", new Date(clock.now()).toISOString());
    isRegistered = true;
    const positions = new Map(relayedPositions);
    relayedPositions.clear();
    await advanceCursors(db, RELAY, positions).catch((error: unknown) => {
      // The consumer may have been unregistered by hand.
      isRegistered = false;
      throw error;
    });
  };

  /** Resolves when the missing events are sent, or an attempt has failed. */
  const catchUp = (tenantId: string): Promise<void> => {
    queueOf(tenantId).isBehind = true;
    return runner.request(tenantId);
  };

  const stopSweep = hasCursor
    ? startSweep(
        { db, clock, log },
        { consumer: RELAY, before: writeCursors, found: (tenantId) => void catchUp(tenantId) },
      )
    : async () => {};
  const reconciler = hasCursor ? startReconciler({ db, pubsub, clock, log, random: deps.random, catchUp }) : null;
  // Cursors of an earlier run with another bus would never move, and retention would wait for them.
  const unregistered = hasCursor
    ? Promise.resolve()
    : unregisterConsumer(db, RELAY).catch((err: unknown) =>
        log.warn({ err }, "the relay's cursors of an earlier run could not be removed"),
      );

  const answerRepair = (tenantId: string, head: Position | null): Promise<void> => {
    const answer: RepairAnswer = { tenantId, head };
    return pubsub.publish(REPAIRED_CHANNEL, JSON.stringify(answer));
  };

  const stopRepairs = keepSubscribed({ pubsub, clock, log }, REPAIR_CHANNEL, (payload) => {
    const request = repairRequestSchema.safeParse(parseJson(payload));
    if (!request.success) return;
    const { tenantId, seen } = request.data;
    const queue = queueOf(tenantId);
    queue.repairRequested = true;
    if (seen !== undefined && (queue.seen === null || isBehind(queue.seen, seen))) queue.seen = seen;
    void catchUp(tenantId);
  });
  const unsubscribeReconnect = pubsub.onReconnect(() => {
    for (const tenantId of queues.keys()) void catchUp(tenantId);
  });

  return {
    compared: reconciler?.compared ?? Promise.resolve(),
    nudge: (tenantId, committed) => {
      if (committed.entries.length === 0 || stopped) return;
      queueOf(tenantId).committed.push(committed);
      void runner.request(tenantId);
    },
    idle: () => runner.idle(),
    stop: async () => {
      stopped = true;
      unsubscribeReconnect();
      stopRepairs();
      await stopSweep();
      await runner.idle();
      await runner.stop();
      await reconciler?.stop();
      await unregistered;
      if (hasCursor) await writeCursors().catch(() => {});
    },
  };
};

/** Removes everything of the first epoch from the queue and joins it into one batch. */
const joinBatches = (queue: Committed[]): Committed => {
  const first = queue[0];
  if (first === undefined) return { epoch: "", entries: [] };
  let count = queue.findIndex((committed) => committed.epoch !== first.epoch);
  if (count < 0) count = queue.length;
  const taken = queue.splice(0, count);
  // Transactions may return in another order than they committed.
  const entries = taken.flatMap((committed) => committed.entries).sort((a, b) => a.seq - b.seq);
  return { epoch: first.epoch, entries };
};
