import { parseJson } from "../../shared/json.ts";
import { TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { keepSubscribed } from "../pubsub/keep-subscribed.ts";
import { type PubSubProvider, REPAIRED_CHANNEL } from "../pubsub/provider.ts";
import { repairAnswerSchema } from "./control.ts";
import { Feed, type FeedOptions } from "./feed.ts";
import type { DataValidator } from "./incoming.ts";

/** Keeps a tenant's feed open. The feed closes `LINGER_MS` after the last lease is released. */
export type FeedLease = { readonly feed: Feed; release(): void };

export type FeedHub = {
  /** Rejects when the bus is unreachable. */
  acquire(tenantId: string): Promise<FeedLease>;
  readonly size: number;
  close(): Promise<void>;
};

export type FeedHubDeps = {
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Judges the data of events of Artel's own teams. */
  readonly validateData: DataValidator;
  readonly random?: () => number;
};

const TICK_MS = 1_000;
/** With the tick on top still below five seconds, the protocol's bound for a comparison. */
const COMPARE_EVERY_MS = 3_500;
/** A page that reloads or reconnects within this time finds the feed still open. */
const LINGER_MS = 10_000;
const MAX_COMPARING = 64;
/**
 * Fail fast for this long after the bus was unreachable: a client joining many tenants waits once, not once per tenant.
 */
const FAILED_MS = 100;

type Slot = {
  readonly feed: Feed;
  leases: number;
  started: Promise<void>;
  dueAt: number;
  cancelClose: (() => void) | null;
};

const optionsFor = (pubsub: PubSubProvider): FeedOptions => ({
  ring: { entries: 1_000, length: 512 * 1024 },
  catchUpLimit: 10_000,
  freshMs: 10_000,
  repairWaitMs: 2_000,
  isCache: pubsub.isCache,
});

/** Opens and closes the feeds of this node: one for each tenant, shared by sockets and streams. */
export const createFeedHub = (deps: FeedHubDeps): FeedHub => {
  const { pubsub, clock, log, metrics, validateData, random = Math.random } = deps;
  const feedDeps = { pubsub, clock, log, metrics, validateData, options: optionsFor(pubsub) };
  const slots = new Map<string, Slot>();
  const due: Slot[] = [];
  let comparing = 0;
  let failure: { readonly err: unknown; readonly until: number } | null = null;

  const open = (tenantId: string): Slot => {
    const feed = new Feed(tenantId, feedDeps);
    const dueAt = clock.now() + random() * COMPARE_EVERY_MS;
    const slot: Slot = { feed, leases: 0, started: feed.start(), dueAt, cancelClose: null };
    slots.set(tenantId, slot);
    slot.started.catch((err: unknown) => {
      failure = { err, until: clock.now() + FAILED_MS };
      if (slots.get(tenantId) === slot) slots.delete(tenantId);
      closeFeed(feed);
    });
    return slot;
  };

  const closeFeed = (feed: Feed) => {
    feed.close().catch((err: unknown) => log.debug({ err, tenantId: feed.tenantId }, "a feed did not end cleanly"));
  };

  const release = (tenantId: string, slot: Slot) => {
    slot.leases -= 1;
    if (slot.leases > 0) return;
    // Checked again after LINGER_MS: a new lease keeps the feed open.
    slot.cancelClose?.();
    slot.cancelClose = clock.after(LINGER_MS, () => {
      slot.cancelClose = null;
      if (slot.leases > 0 || slots.get(tenantId) !== slot) return;
      slots.delete(tenantId);
      closeFeed(slot.feed);
    });
  };

  const compareNext = (): void => {
    while (comparing < MAX_COMPARING) {
      const slot = due.pop();
      if (slot === undefined) return;
      const { feed } = slot;
      comparing += 1;
      feed
        .compare()
        .catch((err: unknown) => log.debug({ err, tenantId: feed.tenantId }, "a feed could not be compared"))
        .finally(() => {
          comparing -= 1;
          compareNext();
        });
    }
  };

  const compareDue = (): void => {
    const now = clock.now();
    for (const slot of slots.values()) {
      if (slot.dueAt > now) continue;
      slot.dueAt = now + COMPARE_EVERY_MS;
      slot.feed.pruneRevocations(now - TOKEN_SECONDS * 1_000);
      due.push(slot);
    }
    compareNext();
  };

  const stopTick = clock.every(TICK_MS, compareDue);
  const stopReconnect = pubsub.onReconnect(() => {
    for (const slot of slots.values()) slot.dueAt = 0;
    compareDue();
  });
  const stopAnswers = keepSubscribed({ pubsub, clock, log }, REPAIRED_CHANNEL, (payload) => {
    const answer = repairAnswerSchema.safeParse(parseJson(payload));
    if (answer.success) slots.get(answer.data.tenantId)?.feed.onRepairAnswer(answer.data.head);
  });

  return {
    acquire: async (tenantId) => {
      if (!slots.has(tenantId) && failure !== null && clock.now() < failure.until) throw failure.err;
      const slot = slots.get(tenantId) ?? open(tenantId);
      slot.leases += 1;
      let released = false;
      const lease: FeedLease = {
        feed: slot.feed,
        release: () => {
          if (released) return;
          released = true;
          release(tenantId, slot);
        },
      };
      try {
        await slot.started;
        return lease;
      } catch (error) {
        lease.release();
        throw error;
      }
    },
    get size() {
      return slots.size;
    },
    close: async () => {
      stopTick();
      stopReconnect();
      stopAnswers();
      const feeds = [...slots.values()];
      slots.clear();
      for (const { feed, cancelClose } of feeds) {
        cancelClose?.();
        await feed.close();
      }
    },
  };
};
