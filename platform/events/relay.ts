import { parseJson } from "../../shared/json.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { fullJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";
import { type Db, readSnapshot } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { keepSubscribed } from "../pubsub/keep-subscribed.ts";
import { type LogEntry, type PubSubProvider, REPAIR_CHANNEL, REPAIRED_CHANNEL } from "../pubsub/provider.ts";
import { startComparison } from "./comparison.ts";
import { type RepairAnswer, repairRequestSchema } from "./control.ts";
import { eventsAfter, isBehind, readHead, startEpoch } from "./log.ts";

const SWEEP_MS = 1_000;
/** What a sweep leaves to the process that committed it. */
const SWEEP_GRACE_MS = 1_000;
const SWEEP_BATCH = 500;
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

/** One tenant's events on their way; only one append of a tenant is under way at a time. */
type Lane = {
  committed: Committed[];
  /** The log is to be read: something did not go the short way. */
  behind: boolean;
  /** A node asked for it and waits for the answer. */
  asked: boolean;
  /** What a token has seen that such a node was shown. */
  seen: Position | null;
  failures: number;
  running: Promise<void> | null;
  cancelRetry: (() => void) | null;
};

/**
 * Carries events from the log to pub/sub. The short way hands over what was just committed; whatever fails, is missing
 * or was left by a process that died is read from the log. Appending twice does nothing, so several relays may run.
 */
export const startRelay = (deps: RelayDeps): Relay => {
  const { db, pubsub, clock, log, metrics } = deps;
  const lanes = new Map<string, Lane>();
  // The local bus reads the log itself and dies with the process: there is nothing to remember for it.
  const remembers = pubsub.name !== "local";
  const marks = new Map<string, number>();
  let stopped = false;

  const laneOf = (tenantId: string): Lane => {
    let lane = lanes.get(tenantId);
    if (lane === undefined) {
      lane = { committed: [], behind: false, asked: false, seen: null, failures: 0, running: null, cancelRetry: null };
      lanes.set(tenantId, lane);
    }
    return lane;
  };

  const mark = (tenantId: string, { epoch, seq }: Position) => {
    if (!remembers) return;
    marks.set(tenantId, Math.max(seq, marks.get(tenantId) ?? 0));
    comparison?.handed(tenantId, { epoch, seq });
  };

  const run = (tenantId: string, lane: Lane) => {
    if (lane.running !== null || lane.cancelRetry !== null) return;
    lane.running = drain(tenantId, lane).finally(() => {
      lane.running = null;
      if (lane.committed.length > 0 || (lane.behind && lane.cancelRetry === null)) run(tenantId, lane);
      else if (!lane.behind) lanes.delete(tenantId);
    });
  };

  const drain = async (tenantId: string, lane: Lane): Promise<void> => {
    try {
      while (lane.committed.length > 0 && !lane.behind) {
        const batch = joinBatches(lane.committed);
        const outcome = await pubsub.append(tenantId, batch.epoch, batch.entries);
        if (outcome.kind === "accepted") {
          metrics.relayed.inc({ path: "direct" }, batch.entries.length);
          const last = batch.entries.at(-1)?.seq ?? 0;
          mark(tenantId, { epoch: batch.epoch, seq: Math.min(last, outcome.head) });
          // Another process may have gone on, the database has gone back, or a hole in the batch ended it: the log tells.
          if (outcome.head !== last) lane.behind = true;
        } else lane.behind = true;
      }
      if (lane.behind) {
        lane.committed = [];
        lane.behind = false;
        const { asked, seen } = lane;
        lane.asked = false;
        lane.seen = null;
        const head = await relayFromLog(tenantId, seen);
        if (asked) await answerRepair(tenantId, head);
      }
      lane.failures = 0;
    } catch (err) {
      lane.behind = true;
      lane.committed = [];
      lane.failures += 1;
      metrics.relayFailures.inc();
      if (lane.failures === 1) log.warn({ err, tenantId }, "events could not be handed to pub/sub; tried again");
      if (stopped) return;
      lane.cancelRetry = clock.after(fullJitter(lane.failures, deps.random, RETRY), () => {
        lane.cancelRetry = null;
        run(tenantId, lane);
      });
    }
  };

  /** Sends what pub/sub is missing, from the database; answers the database's head. */
  const relayFromLog = async (tenantId: string, seen: Position | null): Promise<Position | null> => {
    let after = await handedOn(tenantId, seen);
    let misses = 0;
    for (;;) {
      const { head, events } = await readSnapshot(db, async (tx) => ({
        head: await readHead(tx, tenantId),
        events: await eventsAfter(tx, tenantId, after, BATCH),
      }));
      if (head === null) return null;
      if (head.seq === after) {
        mark(tenantId, head);
        return head;
      }
      // Everything before the first event that is kept is trimmed: pub/sub need not wait for it.
      const floor = (events[0]?.seq ?? head.seq + 1) - 1;
      const outcome = await pubsub.append(tenantId, head.epoch, events, floor);
      if (outcome.kind !== "accepted") {
        misses += 1;
        if (misses > MAX_MISSES) throw new Error("pub/sub asks for what the log does not have");
        after = outcome.kind === "gap" ? outcome.head : await lastKnown(tenantId, seen);
        continue;
      }
      metrics.relayed.inc({ path: "log" }, events.length);
      after = events.at(-1)?.seq ?? head.seq;
      mark(tenantId, { epoch: head.epoch, seq: after });
      if (after >= head.seq) return head;
    }
  };

  /**
   * Pub/sub or a token knows events that the database has not: it was put back to an older state. Its history is no
   * continuation of what clients have seen, so it gets another epoch.
   */
  const beginEpoch = async (tenantId: string, known: Position): Promise<void> => {
    const epoch = deps.newEpoch();
    const head = await startEpoch(db, tenantId, known, epoch);
    if (head?.epoch !== epoch) return;
    log.error({ tenantId, known, head }, "the database has gone back; the team's history begins anew");
    await pubsub.append(tenantId, epoch, [], head.seq);
  };

  /** The last event that pub/sub has of the history that is in the database. */
  const lastKnown = async (tenantId: string, seen: Position | null): Promise<number> => {
    for (let hasBegun = false; ; hasBegun = true) {
      const [inBus, inLog] = await Promise.all([pubsub.head(tenantId), readHead(db.read, tenantId)]);
      if (inLog === null) return 0;
      const ahead = [inBus, seen].find((known) => known !== null && isBehind(inLog, known));
      if (!ahead) return inBus?.epoch === inLog.epoch ? inBus.seq : 0;
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
    if (pubsub.name !== "postgres") return known;
    const row = await db.read
      .selectFrom("tenant_heads")
      .select("relayed_seq")
      .where("tenant_id", "=", tenantId)
      .executeTakeFirst();
    return Math.min(known, Math.max(row?.relayed_seq ?? 0, marks.get(tenantId) ?? 0));
  };

  const sweep = async (): Promise<void> => {
    const entries = [...marks];
    marks.clear();
    for (const [tenantId, seq] of entries) {
      await db.write
        .updateTable("tenant_heads")
        .set({ relayed_seq: seq })
        .where("tenant_id", "=", tenantId)
        .where("relayed_seq", "<", seq)
        .execute();
    }
    const left = await db.read
      .selectFrom("tenant_heads")
      .select("tenant_id")
      .whereRef("relayed_seq", "<", "seq")
      .where("updated_at", "<", new Date(clock.now() - SWEEP_GRACE_MS).toISOString())
      .orderBy("updated_at")
      .limit(SWEEP_BATCH)
      .execute();
    for (const { tenant_id: tenantId } of left) void catchUp(tenantId);
  };

  /** Resolves when what was missing is handed on, or could not be. */
  const catchUp = async (tenantId: string): Promise<void> => {
    const lane = laneOf(tenantId);
    lane.behind = true;
    run(tenantId, lane);
    await lane.running;
  };

  let sweeping: Promise<void> | null = null;
  const startSweep = () => {
    sweeping ??= sweep()
      .catch((err: unknown) => log.warn({ err }, "the relay's sweep failed; it is tried again"))
      .finally(() => {
        sweeping = null;
      });
  };
  const stopSweep = remembers ? clock.every(SWEEP_MS, startSweep) : () => {};
  const comparison = remembers ? startComparison({ db, pubsub, clock, log, random: deps.random, catchUp }) : null;

  const answerRepair = (tenantId: string, head: Position | null): Promise<void> => {
    const answer: RepairAnswer = { tenantId, head };
    return pubsub.publish(REPAIRED_CHANNEL, JSON.stringify(answer));
  };

  const stopRepairs = keepSubscribed({ pubsub, clock, log }, REPAIR_CHANNEL, (payload) => {
    const request = repairRequestSchema.safeParse(parseJson(payload));
    if (!request.success) return;
    const { tenantId, seen } = request.data;
    const lane = laneOf(tenantId);
    lane.asked = true;
    if (seen !== undefined && (lane.seen === null || isBehind(lane.seen, seen))) lane.seen = seen;
    void catchUp(tenantId);
  });
  const unsubscribeReconnect = pubsub.onReconnect(() => {
    for (const tenantId of lanes.keys()) void catchUp(tenantId);
  });

  return {
    compared: comparison?.compared ?? Promise.resolve(),
    nudge: (tenantId, committed) => {
      if (committed.entries.length === 0 || stopped) return;
      const lane = laneOf(tenantId);
      lane.committed.push(committed);
      run(tenantId, lane);
    },
    idle: async () => {
      while (lanes.size > 0) {
        const running = [...lanes.values()].flatMap((lane) => (lane.running ? [lane.running] : []));
        if (running.length === 0) return;
        await Promise.all(running);
      }
    },
    stop: async () => {
      stopped = true;
      stopSweep();
      unsubscribeReconnect();
      stopRepairs();
      for (const lane of lanes.values()) lane.cancelRetry?.();
      await Promise.all([...lanes.values()].flatMap((lane) => (lane.running === null ? [] : [lane.running])));
      await comparison?.stop();
      await sweeping;
      if (remembers) await sweep().catch(() => {});
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
