import type { Position } from "../../shared/protocol/position.ts";
import { fullJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";
import type { Db } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import type { PubSubProvider } from "../pubsub/provider.ts";
import { isBehind } from "./log.ts";

/** Tenants compared at the same time. */
const CONCURRENCY = 50;
const FIRST_WITHIN_MS = 5_000;
const RETRY = { first: 500, most: 60_000 };
/** How far back a bus that was unreachable may have lost accepted events. */
const RECENT_MS = 10 * 60_000;
/**
 * Accepted events are checked again this often, and this long: after that every node has them or has asked for them.
 */
const RECHECK_EVERY_MS = 5_000;
const RECHECK_FOR_MS = 60_000;

export type Reconciler = {
  /**
   * Resolves when all tenants were compared, or the first attempt failed; after five seconds at the latest. Never
   * rejects.
   */
  readonly compared: Promise<void>;
  /** Records that the bus accepted a tenant's events up to `position`. */
  accepted(tenantId: string, position: Position): void;
  stop(): Promise<void>;
};

export type ReconcilerDeps = {
  readonly db: Db;
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Sends a tenant's events that the bus lacks; never rejects. */
  catchUp(tenantId: string): Promise<void>;
};

/** Finds tenants whose events differ between bus and database, without waiting for a node to ask. */
export const startReconciler = (deps: ReconcilerDeps): Reconciler => {
  const { db, pubsub, clock, log, random, catchUp } = deps;
  /** Each tenant's last position that the bus accepted from this process, for `RECHECK_FOR_MS`. */
  const lastAccepted = new Map<string, Position & { readonly at: number }>();
  let stopped = false;

  const eachOf = async <Item>(items: readonly Item[], visit: (item: Item) => Promise<void>) => {
    for (let from = 0; from < items.length && !stopped; from += CONCURRENCY) {
      await Promise.all(items.slice(from, from + CONCURRENCY).map(visit));
    }
  };

  /**
   * Compares the heads of all tenants that changed since, and catches up where `isOff` says so. Returns whether every
   * comparison was made. Never rejects.
   */
  const compareHeads = async (
    changedSince: string,
    isOff: (inBus: Position | null, inLog: Position) => boolean,
  ): Promise<boolean> => {
    try {
      const heads = await db.read
        .selectFrom("tenant_heads")
        .select(["tenant_id", "epoch", "seq"])
        .where("updated_at", ">=", changedSince)
        .execute();
      await eachOf(heads, async ({ tenant_id: tenantId, epoch, seq }) => {
        if (isOff(await pubsub.head(tenantId), { epoch, seq })) await catchUp(tenantId);
      });
      return !stopped;
    } catch (err) {
      log[failures === 0 ? "warn" : "debug"]({ err }, "pub/sub could not be compared with the database yet");
      return false;
    }
  };

  /** The buses with which all tenants were compared. Of two, one that was unreachable at the start follows later. */
  const comparedWith = new Set<PubSubProvider["name"]>();
  let failures = 0;
  let cancelRetry = () => {};

  /** A database is put back while no process runs on it, so one comparison finds out whether the bus is ahead of it. */
  const compareAll = async (): Promise<void> => {
    const { name } = pubsub;
    if (stopped || comparedWith.has(name)) return;
    const isDone = await compareHeads("", (inBus, inLog) => inBus !== null && isBehind(inLog, inBus));
    if (stopped) return;
    cancelRetry();
    if (isDone && pubsub.name === name) {
      comparedWith.add(name);
      failures = 0;
      return;
    }
    failures += 1;
    cancelRetry = clock.after(fullJitter(failures, random, RETRY), () => {
      comparing = comparing.then(compareAll);
    });
  };
  let comparing = compareAll();
  const compared = Promise.race([
    comparing,
    new Promise<void>((resolve) => {
      clock.after(FIRST_WITHIN_MS, resolve);
    }),
  ]);

  let isDue = false;
  /**
   * After a reconnect the bus may hold an older copy. If no node has seen newer events, no node asks for a repair, so
   * compare here.
   */
  const compareRecent = () => {
    if (isDue) return;
    isDue = true;
    // One at a time: a flapping connection must not pile up comparisons.
    comparing = comparing.then(async () => {
      isDue = false;
      await compareAll();
      const changedSince = new Date(clock.now() - RECENT_MS).toISOString();
      await compareHeads(changedSince, (inBus, { epoch, seq }) => inBus?.epoch !== epoch || inBus.seq !== seq);
    });
  };

  /** A bus may lose events while it stays connected. No node asks for events that no node has seen. Never rejects. */
  const recheckAccepted = async (): Promise<void> => {
    const before = clock.now() - RECHECK_FOR_MS;
    for (const [tenantId, { at }] of lastAccepted) if (at < before) lastAccepted.delete(tenantId);
    await eachOf([...lastAccepted], async ([tenantId, accepted]) => {
      try {
        const inBus = await pubsub.head(tenantId);
        if (inBus === null || isBehind(inBus, accepted)) await catchUp(tenantId);
      } catch (err) {
        log.debug({ err, tenantId }, "pub/sub could not be asked for the head of events that it had accepted");
      }
    });
  };
  let rechecking: Promise<void> | null = null;
  const startRecheck = () => {
    rechecking ??= recheckAccepted().finally(() => {
      rechecking = null;
    });
  };

  const stopRechecks = clock.every(RECHECK_EVERY_MS, startRecheck);
  const unsubscribe = pubsub.onReconnect(compareRecent);

  return {
    compared,
    accepted: (tenantId, position) => void lastAccepted.set(tenantId, { ...position, at: clock.now() }),
    stop: async () => {
      stopped = true;
      stopRechecks();
      cancelRetry();
      unsubscribe();
      await comparing;
      await rechecking;
    },
  };
};
