import { parseJson } from "../../shared/json.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { Clock } from "../clock/clock.ts";
import { type Db, readSnapshot } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { keepSubscribed } from "../pubsub/keep-subscribed.ts";
import { type LogEntry, type PubSubProvider, REPAIR_CHANNEL, REPAIRED_CHANNEL } from "../pubsub/provider.ts";
import { startComparison } from "./comparison.ts";
import { type RepairAnswer, repairRequestSchema } from "./control.ts";
import { advanceCursors, RELAY, readCursor, registerConsumer, unregisterConsumer } from "./cursors.ts";
import { eventsAfter, isBehind, readHead, startEpoch } from "./log.ts";
import { startSweep } from "./sweep.ts";
import { createTenantRunner } from "./tenant-runner.ts";

const BATCH = 500;
const RETRY = { first: 100, most: 10_000 };
/** Another relay may append between the answer and our reading; more often than this it is no race. */
const MAX_MISSES = 5;

export type Committed = { readonly epoch: string; readonly entries: readonly LogEntry[] };

export type Relay = {
  /**
   * Resolves once pub/sub was compared with the database and histories that went back have begun anew; after five
   * seconds at the latest, and sooner when pub/sub is away. No change may be taken before: one that takes the number of
   * an event that was undone would hide that the database has gone back. Never rejects.
   */
  readonly compared: Promise<void>;
  /** Hands committed events on; call it after the commit. Never throws and never waits. */
  nudge(tenantId: string, committed: Committed): void;
  /** Resolves when nothing that was handed over is under way. */
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
  /** A new epoch; it must sort behind all earlier ones. */
  readonly newEpoch: () => string;
};

/** One tenant's events on their way. */
type TenantQueue = {
  committed: Committed[];
  /** The log must be read: something did not go the short way. */
  isBehind: boolean;
  /** A node asked for a repair and waits for the answer. */
  repairAsked: boolean;
  /** The highest position named by a token that such a node was shown. */
  seen: Position | null;
};

/**
 * Carries events from the log to pub/sub. The short way hands over what was just committed; whatever fails, is missing
 * or was left by a process that died is read from the log. Appending twice does nothing, so several relays may run.
 */
export const startRelay = (deps: RelayDeps): Relay => {
  const { db, pubsub, clock, log, metrics } = deps;
  const queues = new Map<string, TenantQueue>();
  // The local bus reads the log itself and ends with the process: it has no use for a cursor.
  const hasCursor = pubsub.name !== "local";
  /** Positions that pub/sub has accepted, which the next sweep writes into the cursors. */
  const relayed = new Map<string, Position>();
  let stopped = false;

  const queueOf = (tenantId: string): TenantQueue => {
    let queue = queues.get(tenantId);
    if (queue === undefined) {
      queue = { committed: [], isBehind: false, repairAsked: false, seen: null };
      queues.set(tenantId, queue);
    }
    return queue;
  };

  const markRelayed = (tenantId: string, position: Position) => {
    if (!hasCursor) return;
    const known = relayed.get(tenantId);
    if (known === undefined || isBehind(known, position)) relayed.set(tenantId, position);
    reconciler?.handed(tenantId, position);
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
          // Another process may have gone on, the database has gone back, or a hole in the batch ended it: the log tells.
          if (outcome.head !== last) queue.isBehind = true;
        } else queue.isBehind = true;
      }
      if (queue.isBehind) {
        queue.committed = [];
        queue.isBehind = false;
        const { repairAsked, seen } = queue;
        queue.repairAsked = false;
        queue.seen = null;
        const head = await relayFromLog(tenantId, seen);
        if (repairAsked) await answerRepair(tenantId, head);
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
    work: relayTenant,
    failed: (tenantId, err, failures) => {
      metrics.relayFailures.inc();
      if (failures === 1) log.warn({ err, tenantId }, "events could not be handed to pub/sub; tried again");
    },
  });

  /** Sends what pub/sub is missing, from the database; answers the database's head. */
  const relayFromLog = async (tenantId: string, seen: Position | null): Promise<Position | null> => {
    let after = await handedOn(tenantId, seen);
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
      // Everything before the first event that is kept is trimmed: pub/sub need not wait for it.
      const floor = (events[0]?.seq ?? head.seq + 1) - 1;
      const outcome = await pubsub.append(tenantId, head.epoch, events, floor);
      if (outcome.kind !== "accepted") {
        misses += 1;
        if (misses > MAX_MISSES) throw new Error("pub/sub asks for what the log does not have");
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
   * Pub/sub or a token knows events that the database has not: it was put back to an older state. Its history is no
   * continuation of what clients have seen, so it gets another epoch.
   */
  const beginEpoch = async (tenantId: string, known: Position): Promise<void> => {
    const epoch = deps.newEpoch();
    const at = new Date(clock.now()).toISOString();
    const head = await startEpoch(db, tenantId, { seen: known, epoch, at });
    if (head?.epoch !== epoch) return;
    log.error({ tenantId, known, head }, "the database has gone back; the team's history begins anew");
    await pubsub.append(tenantId, epoch, [], head.seq);
  };

  /** The last event that pub/sub has of the history that is in the database. */
  const lastKnown = async (tenantId: string, seen: Position | null): Promise<Position | null> => {
    for (let hasBegun = false; ; hasBegun = true) {
      const [inBus, inLog] = await Promise.all([pubsub.head(tenantId), readHead(db.read, tenantId)]);
      if (inLog === null) return null;
      const ahead = [inBus, seen].find((known) => known !== null && isBehind(inLog, known));
      if (!ahead) return { epoch: inLog.epoch, seq: inBus?.epoch === inLog.epoch ? inBus.seq : 0 };
      if (hasBegun) throw new Error("what is known is ahead of every history that is begun");
      await beginEpoch(tenantId, ahead);
    }
  };

  /**
   * The last event that pub/sub has and has told of. Redis has told of all that it has. Where the database is the log,
   * or stands in while Redis is away, it has events of which nobody was told: a process died before, or was refused.
   */
  const handedOn = async (tenantId: string, seen: Position | null): Promise<number> => {
    const known = await lastKnown(tenantId, seen);
    if (known === null) return 0;
    if (pubsub.name !== "postgres") return known.seq;
    const positions = [await readCursor(db.read, RELAY, tenantId), relayed.get(tenantId)];
    const told = positions.map((position) => (position?.epoch === known.epoch ? position.seq : 0));
    return Math.min(known.seq, Math.max(...told));
  };

  let isRegistered = false;
  /** Writes what was handed on into the cursors: in batches and after the fact, for no request waits for it. */
  const writeCursors = async (): Promise<void> => {
    if (!isRegistered) await registerConsumer(db, RELAY, "beginning", new Date(clock.now()).toISOString());
    isRegistered = true;
    const positions = new Map(relayed);
    relayed.clear();
    await advanceCursors(db, RELAY, positions).catch((error: unknown) => {
      // Somebody may have unregistered it.
      isRegistered = false;
      throw error;
    });
  };

  /** Resolves when what was missing is handed on, or could not be. */
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
  const reconciler = hasCursor ? startComparison({ db, pubsub, clock, log, random: deps.random, catchUp }) : null;
  // Otherwise retention would wait for a relay that never moves its cursors.
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
    queue.repairAsked = true;
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

/** Takes all that waits of the first epoch, as one batch. */
const joinBatches = (waiting: Committed[]): Committed => {
  const first = waiting[0];
  if (first === undefined) return { epoch: "", entries: [] };
  let count = waiting.findIndex((committed) => committed.epoch !== first.epoch);
  if (count < 0) count = waiting.length;
  const taken = waiting.splice(0, count);
  // Who commits first need not be the first to be told of it.
  const entries = taken.flatMap((committed) => committed.entries).sort((a, b) => a.seq - b.seq);
  return { epoch: first.epoch, entries };
};
