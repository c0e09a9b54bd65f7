import type { Position } from "../../shared/protocol/position.ts";
import { type History, type LogEntry, tenantChannel, type Unsubscribe } from "../pubsub/provider.ts";
import { FeedSync, type ReachResult, type SyncDeps, type SyncOptions } from "./feed-sync.ts";
import { type DataValidator, type MembershipEnd, readIncoming, type SequencedEvent } from "./incoming.ts";
import { type MembershipStatus, Revocations } from "./revocations.ts";
import { Ring, type RingBounds } from "./ring.ts";
import { Sequencer, type SequencerOutput } from "./sequencer.ts";

/** An event for sockets and streams. */
export type FeedEvent = {
  /** The JSON text that clients get, byte by byte. */
  readonly payload: string;
  /** `null` when the event belongs to no log. */
  readonly position: Position | null;
  /** Time of the commit, in milliseconds since the Unix epoch. */
  readonly at: number | null;
  /** The membership that the event ends, if any. */
  readonly ends: MembershipEnd | null;
};

export type FeedListener = {
  /** Called for each event, in order and exactly once. */
  event(event: FeedEvent): void;
  /** The events up to `position` are lost; the events after it follow. */
  reset(position: Position): void;
};

export type FeedOptions = SyncOptions & { readonly ring: RingBounds };
export type FeedDeps = SyncDeps & { readonly options: FeedOptions; readonly validateData: DataValidator };

/**
 * Tokens live ten minutes. If a team has more events than this since a token was issued, its holder needs a new one.
 */
const SCAN_LIMIT = 20_000;
const LOG_EVERY_MS = 1_000;

/**
 * One tenant's events on this node, validated once, in order and without gaps, for any number of listeners. A gap is
 * filled from the log; listeners start anew only when the log no longer has the missing events.
 */
export class Feed {
  readonly tenantId: string;
  readonly #deps: FeedDeps;
  readonly #listeners = new Set<FeedListener>();
  readonly #ring: Ring;
  readonly #revocations = new Revocations();
  readonly #reads = new Map<string, Promise<History>>();
  readonly #sequencer: Sequencer;
  readonly #sync: FeedSync;
  #resets = 0;
  /** Rejections since the last log line. */
  #rejections = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #unsubscribe: Unsubscribe | null = null;

  constructor(tenantId: string, deps: FeedDeps) {
    this.tenantId = tenantId;
    this.#deps = deps;
    this.#ring = new Ring(deps.options.ring);
    const output: SequencerOutput = {
      event: (event) => this.#onEvent(event),
      begun: (position) => this.#revocations.reset(position.seq),
      reset: (position) => this.#onReset(position),
      misplaced: (event) => this.#reject("sequence", event.seq),
    };
    this.#sequencer = new Sequencer(tenantId, output, deps.validateData);
    this.#sync = new FeedSync(tenantId, this.#sequencer, deps);
  }

  /** The position of the last event that listeners got; `null` for a tenant without a log. */
  get position(): Position | null {
    return this.#sequencer.position;
  }

  /**
   * The log's head, if a comparison within `freshMs` found that listeners have every event up to it; otherwise `null`.
   */
  get verifiedHead(): Position | null {
    return this.#sync.isFresh ? this.position : null;
  }

  /** Incremented each time that listeners must start anew, which makes a replay in progress void. */
  get resets(): number {
    return this.#resets;
  }

  /** Subscribes first and reads the head afterwards: an event published between the two would be lost otherwise. */
  async start(): Promise<void> {
    this.#unsubscribe = await this.#deps.pubsub.subscribeExact(tenantChannel(this.tenantId), (payload) =>
      this.#receive(payload),
    );
    await this.#sync.catchUp("start");
  }

  /** Calls `listener` for every event from now on. Returns a function that ends it. */
  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Up to `limit` events after `seq` from memory; `null` when only `history` can read them. */
  recent(seq: number, limit: number): readonly LogEntry[] | null {
    if (this.position !== null && seq >= this.position.seq) return [];
    return this.#ring.after(seq, limit);
  }

  /** Reads all events after `since`, at most `limit`, from the log. Clients that reconnect at once share one read. */
  history(since: Position, limit: number): Promise<History> {
    const key = `${since.epoch}:${since.seq}:${limit}`;
    let read = this.#reads.get(key);
    if (read === undefined) {
      read = this.#read(since, limit).finally(() => this.#reads.delete(key));
      this.#reads.set(key, read);
    }
    return read;
  }

  async #read(since: Position, limit: number): Promise<History> {
    const history = await this.#deps.pubsub.history(this.tenantId, since, limit);
    const { position } = this;
    if (history.kind === "events" && position?.epoch === since.epoch) {
      this.#revocations.scan(since.seq, history.events, this.tenantId, this.#deps.clock.now());
      const known = history.events.filter((entry) => entry.seq <= position.seq);
      this.#ring.backfill(known, position.seq);
    }
    return history;
  }

  /**
   * The membership status of a user whose token was issued at `issued`, read from the log if need be. Rejects when the
   * bus is unreachable.
   */
  async membershipStatus(userId: string, issued: Position): Promise<MembershipStatus> {
    if (this.position?.epoch === issued.epoch && issued.seq < this.#revocations.from) {
      await this.history(issued, SCAN_LIMIT);
    }
    return this.knownMembershipStatus(userId, issued);
  }

  /** The same from memory alone. A token of another epoch proves nothing about this history. */
  knownMembershipStatus(userId: string, issued: Position): MembershipStatus {
    return this.position?.epoch === issued.epoch ? this.#revocations.statusOf(userId, issued.seq) : "unknown";
  }

  pruneRevocations(learnedBefore: number): void {
    this.#revocations.prune(learnedBefore);
  }

  /** Compares with the log unless that was done lately, and requests a repair if it is behind `need`. Never rejects. */
  ensureReached(need: Position): Promise<ReachResult> {
    return this.#sync.ensureReached(need);
  }

  /** The same for a position that a signed token names: a database behind it begins a new epoch. */
  ensureCommitted(need: Position): Promise<ReachResult> {
    return this.#sync.ensureCommitted(need);
  }

  /** Compares with the log's head and reads missing events. Rejects when the bus is unreachable. */
  compare(): Promise<void> {
    return this.#sync.compare();
  }

  /** Called when a relay has published the log again; `head` is the database's. */
  onRepairAnswer(head: Position | null): void {
    this.#sync.onRepairAnswer(head);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#ring.clear();
    await this.#unsubscribe?.();
  }

  #receive(payload: string): void {
    const incoming = readIncoming(payload, this.tenantId, this.#deps.validateData);
    switch (incoming.kind) {
      case "rejected":
        this.#reject(incoming.reason, null);
        return;
      case "unsequenced":
        this.#emit({ payload, position: null, at: incoming.at, ends: null });
        return;
      case "sequenced":
        if (this.#sequencer.take(incoming)) return;
        this.#sync
          .catchUp("gap")
          .catch((err: unknown) =>
            this.#deps.log.debug({ err, tenantId: this.tenantId }, "the log cannot be read now"),
          );
    }
  }

  #onEvent(event: SequencedEvent): void {
    const { seq, epoch, payload, at, ends, fault } = event;
    this.#ring.push({ seq, payload });
    if (ends !== null) this.#revocations.record(ends, seq, this.#deps.clock.now());
    if (fault !== null) this.#reject("relayed-invalid", seq);
    this.#emit({ payload, position: { epoch, seq }, at, ends });
  }

  #onReset(position: Position): void {
    this.#resets += 1;
    this.#ring.clear();
    this.#revocations.reset(position.seq);
    this.#deps.log.warn({ tenantId: this.tenantId, ...position }, "the history is broken; listeners start anew");
    for (const listener of this.#listeners) this.#guard(() => listener.reset(position));
  }

  #emit(event: FeedEvent): void {
    for (const listener of this.#listeners) this.#guard(() => listener.event(event));
  }

  /** A listener that throws must not stop the others. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (err) {
      this.#deps.log.error({ err, tenantId: this.tenantId }, "a listener of a feed failed");
    }
  }

  #reject(reason: string, seq: number | null): void {
    const { metrics, log, clock } = this.#deps;
    metrics.pubsubRejected.inc({ reason });
    this.#rejections += 1;
    // A flooded channel must not flood the log.
    if (clock.now() < this.#quietUntil) return;
    this.#quietUntil = clock.now() + LOG_EVERY_MS;
    log.warn({ tenantId: this.tenantId, reason, seq, count: this.#rejections }, "messages from the bus are not valid");
    this.#rejections = 0;
  }
}
