import type { Position } from "../../shared/protocol/position.ts";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type PubSubProvider, REPAIR_CHANNEL } from "../pubsub/provider.ts";
import type { RepairRequest } from "./control.ts";
import type { Sequencer } from "./sequencer.ts";

/** Whether the log has reached a position; `unknown` when neither the bus nor a process with the database answers. */
export type ReachResult = "reached" | "behind" | "unknown";

export type SyncDeps = {
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly options: SyncOptions;
};

export type SyncOptions = {
  /** The longest run of missed events that a feed reads; after a longer one it starts anew at the head. */
  readonly catchUpLimit: number;
  /** How long a comparison with the log counts as fresh, in milliseconds. */
  readonly freshMs: number;
  /** How long to wait for the answer to a repair request, in milliseconds. */
  readonly repairWaitMs: number;
  /** The bus only caches the log, so any node may request a repair of events that it lacks. */
  readonly isCache: boolean;
};

const MAX_ROUNDS = 4;
/** An event published before a head was read may arrive this long after it. */
const IN_FLIGHT_MS = 100;
const RECHECK_MS = 50;
const REQUEST_EVERY_MS = 1_000;
/** How long an `unknown` result is cached. */
const UNKNOWN_MS = 100;

/** Keeps one tenant's sequencer up to date with the log. */
export class FeedSync {
  readonly #tenantId: string;
  readonly #deps: SyncDeps;
  readonly #sequencer: Sequencer;
  /** When the last comparison started that found nothing more in the log. */
  #comparedAt = Number.NEGATIVE_INFINITY;
  #catchingUp: Promise<void> | null = null;
  #comparing: Promise<void> | null = null;
  #rechecking: Promise<void> | null = null;
  #requestedAt = Number.NEGATIVE_INFINITY;
  /** The highest position that is known to be committed, and the one that the last repair request named. */
  #committed: Position | null = null;
  #requestedFor: Position | null = null;
  /** Callers of `ensureReached` that wait; they share one deadline. */
  #waiters = 0;
  #deadline = 0;
  #unknownUntil = Number.NEGATIVE_INFINITY;
  #answerCount = 0;
  #answeredHead: Position | null = null;

  constructor(tenantId: string, sequencer: Sequencer, deps: SyncDeps) {
    this.#tenantId = tenantId;
    this.#sequencer = sequencer;
    this.#deps = deps;
  }

  /** Whether a comparison within `freshMs` found that the listeners have every event of the log. */
  get isFresh(): boolean {
    return this.#deps.clock.now() - this.#comparedAt <= this.#deps.options.freshMs;
  }

  /**
   * Reads missing events from the log. Rejects when the bus is unreachable; events are held back until the next call.
   */
  catchUp(reason: string): Promise<void> {
    this.#sequencer.pause();
    this.#catchingUp ??= this.#catchUp(reason).finally(() => {
      this.#catchingUp = null;
    });
    return this.#catchingUp;
  }

  async #catchUp(reason: string): Promise<void> {
    const { pubsub, clock, metrics, options } = this.#deps;
    if (reason !== "start") metrics.feedRepairs.inc({ reason });
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const startedAt = clock.now();
      const { position } = this.#sequencer;
      if (position === null) {
        this.#sequencer.begin(await pubsub.head(this.#tenantId));
        this.#comparedAt = startedAt;
      } else {
        const history = await pubsub.history(this.#tenantId, position, options.catchUpLimit);
        if (this.#sequencer.apply(history) === "caught-up") this.#comparedAt = startedAt;
        else this.#requestRepair();
      }
      // In the same turn as the events were passed on: no event can arrive between the two.
      if (this.#sequencer.resume()) return;
      if (this.#sequencer.position === null) return;
    }
    this.#sequencer.discardPending();
  }

  /** Compares with the log's head and reads missing events. Rejects when the bus is unreachable. */
  compare(): Promise<void> {
    this.#comparing ??= this.#compare().finally(() => {
      this.#comparing = null;
    });
    return this.#comparing;
  }

  async #compare(): Promise<void> {
    const { pubsub, clock } = this.#deps;
    if (this.#sequencer.isPaused) return this.catchUp("held");
    const startedAt = clock.now();
    const before = this.#sequencer.position;
    const head = await pubsub.head(this.#tenantId);
    if (head === null && before === null) this.#comparedAt = startedAt;
    else if (before === null) await this.catchUp("start");
    else if (head === null || head.epoch < before.epoch) this.#requestRepair();
    else if (head.epoch > before.epoch) await this.catchUp("epoch");
    else if (head.seq < before.seq) this.#requestRepair();
    else {
      if (!this.covers(head)) await this.#delay(IN_FLIGHT_MS);
      if (this.covers(head)) this.#comparedAt = startedAt;
      else await this.catchUp("behind");
    }
  }

  /** Compares with the log unless that was done lately, and requests a repair if the log has not reached `need`. */
  async ensureReached(need: Position): Promise<ReachResult> {
    if (this.isFresh && this.covers(need)) return "reached";
    const { clock, options } = this.#deps;
    const startedAt = clock.now();
    // A client that joins many tenants, one after the other, waits once.
    if (startedAt < this.#unknownUntil) return "unknown";
    if (this.#waiters === 0) this.#deadline = startedAt + options.repairWaitMs;
    this.#waiters += 1;
    try {
      const result = await this.#ensureReached(need, this.#deadline);
      if (result === "unknown") this.#unknownUntil = clock.now() + UNKNOWN_MS;
      return result;
    } finally {
      this.#waiters -= 1;
    }
  }

  /** The same for a position that is known to be committed: a database behind it went back and begins a new epoch. */
  ensureCommitted(need: Position): Promise<ReachResult> {
    if (!isAtLeast(this.#committed, need)) this.#committed = need;
    return this.ensureReached(need);
  }

  async #ensureReached(need: Position, deadline: number): Promise<ReachResult> {
    try {
      await this.compare();
    } catch (err) {
      this.#deps.log.debug({ err, tenantId: this.#tenantId }, "the bus does not answer");
    }
    if (this.isFresh && this.covers(need)) return "reached";
    if (!this.#deps.options.isCache) {
      if (!this.isFresh) return "unknown";
      // The comparison read the log itself, so it is right unless a higher position was committed.
      if (!isAtLeast(this.#committed, need)) return "behind";
    }
    return this.#repair(need, deadline);
  }

  async #repair(need: Position, deadline: number): Promise<ReachResult> {
    const { clock } = this.#deps;
    const before = this.#answerCount;
    while (clock.now() < deadline) {
      // Each round: an earlier request may have been throttled, or published before a relay subscribed.
      this.#requestRepair();
      await this.#recheck();
      if (this.isFresh && this.covers(need)) return "reached";
      if (this.#answerCount > before && !isAtLeast(this.#answeredHead, need)) return "behind";
    }
    return "unknown";
  }

  /** Called when a relay has published the log again; `head` is the database's. */
  onRepairAnswer(head: Position | null): void {
    this.#answerCount += 1;
    this.#answeredHead = head;
  }

  covers(need: Position): boolean {
    return isAtLeast(this.#sequencer.position, need);
  }

  /** Compares after a moment; all waiters share one comparison. */
  #recheck(): Promise<void> {
    this.#rechecking ??= this.#delay(RECHECK_MS)
      .then(() => this.compare())
      .catch((err: unknown) => this.#deps.log.debug({ err, tenantId: this.#tenantId }, "the bus does not answer"))
      .finally(() => {
        this.#rechecking = null;
      });
    return this.#rechecking;
  }

  #requestRepair(): void {
    const { pubsub, clock, log, options } = this.#deps;
    const now = clock.now();
    if (!options.isCache && this.#committed === null) return;
    const isNews = this.#committed !== this.#requestedFor;
    if (!isNews && now - this.#requestedAt < REQUEST_EVERY_MS) return;
    this.#requestedAt = now;
    this.#requestedFor = this.#committed;
    const request: RepairRequest = { tenantId: this.#tenantId, seen: this.#committed ?? undefined };
    pubsub
      .publish(REPAIR_CHANNEL, JSON.stringify(request))
      .catch((err: unknown) => log.debug({ err, tenantId: this.#tenantId }, "a repair could not be requested"));
  }

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#deps.clock.after(ms, resolve);
    });
  }
}

/** Epochs are UUIDv7: a later one sorts after. */
const isAtLeast = (position: Position | null, need: Position): boolean =>
  position !== null && (position.epoch === need.epoch ? position.seq >= need.seq : position.epoch > need.epoch);
