import type { Position } from "../../shared/protocol/position.ts";
import { fullJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";
import type { Db } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import type { PubSubProvider } from "../pubsub/provider.ts";
import { isBehind } from "./log.ts";

const AT_ONCE = 50;
const FIRST_WITHIN_MS = 5_000;
const RETRY = { first: 500, most: 60_000 };
/** How far back a bus that was away may have forgotten what was handed to it. */
const RECENT_MS = 10 * 60_000;
/** What was handed over is looked for again this often, and this long: by then every node has it, or has asked for it. */
const LOOK_EVERY_MS = 5_000;
const LOOK_FOR_MS = 60_000;

export type Comparison = {
  /** Resolves once all tenants were compared, or that failed for now; after five seconds at the latest. Never rejects. */
  readonly compared: Promise<void>;
  /** The bus has accepted a tenant's events up to here. */
  handed(tenantId: string, position: Position): void;
  stop(): Promise<void>;
};

export type ComparisonDeps = {
  readonly db: Db;
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Hands on what the bus lacks of a tenant; never rejects. */
  catchUp(tenantId: string): Promise<void>;
};

/** Finds out, without being asked, where the bus and the database have come to know different things of a tenant. */
export const startComparison = (deps: ComparisonDeps): Comparison => {
  const { db, pubsub, clock, log, random, catchUp } = deps;
  /** What this process handed over of late, by tenant. */
  const lately = new Map<string, Position & { readonly at: number }>();
  let stopped = false;

  /** In parts, so that many tenants do not ask all at once. */
  const eachOf = async <Item>(items: readonly Item[], visit: (item: Item) => Promise<void>) => {
    for (let from = 0; from < items.length && !stopped; from += AT_ONCE) {
      await Promise.all(items.slice(from, from + AT_ONCE).map(visit));
    }
  };

  /**
   * Compares the heads of all teams that have changed since, and catches up where the two are off. Answers whether it
   * could. Never rejects.
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

  /** With which buses all teams were compared: of two, the one that was away at the start has its turn when it is back. */
  const comparedWith = new Set<PubSubProvider["name"]>();
  let failures = 0;
  let cancelRetry = () => {};

  /** A database is put back while nobody runs on it, so it is enough to find out once whether pub/sub is ahead of it. */
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
  /** What came back may be an older copy, and where no node has heard more nobody would ask for what it lacks. */
  const compareAgain = () => {
    if (isDue) return;
    isDue = true;
    // One after the other: a connection that flaps must not pile up comparisons.
    comparing = comparing.then(async () => {
      isDue = false;
      await compareAll();
      const changedSince = new Date(clock.now() - RECENT_MS).toISOString();
      await compareHeads(changedSince, (inBus, { epoch, seq }) => inBus?.epoch !== epoch || inBus.seq !== seq);
    });
  };

  /** A bus may go back without a word; where nobody has heard what it forgot, nobody asks for it. Never rejects. */
  const lookAgain = async (): Promise<void> => {
    const before = clock.now() - LOOK_FOR_MS;
    for (const [tenantId, { at }] of lately) if (at < before) lately.delete(tenantId);
    await eachOf([...lately], async ([tenantId, handed]) => {
      try {
        const inBus = await pubsub.head(tenantId);
        if (inBus === null || isBehind(inBus, handed)) await catchUp(tenantId);
      } catch (err) {
        log.debug({ err, tenantId }, "pub/sub could not be asked whether it still has what it was given");
      }
    });
  };
  let looking: Promise<void> | null = null;
  const startLooking = () => {
    looking ??= lookAgain().finally(() => {
      looking = null;
    });
  };

  const stopLooking = clock.every(LOOK_EVERY_MS, startLooking);
  const unsubscribe = pubsub.onReconnect(compareAgain);

  return {
    compared,
    handed: (tenantId, position) => void lately.set(tenantId, { ...position, at: clock.now() }),
    stop: async () => {
      stopped = true;
      stopLooking();
      cancelRetry();
      unsubscribe();
      await comparing;
      await looking;
    },
  };
};
