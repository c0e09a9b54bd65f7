import type { Position } from "../../shared/protocol/position.ts";
import { type History, type LogEntry, tenantChannel, type Unsubscribe } from "../pubsub/provider.ts";
import { FeedSync, type Reach, type SyncDeps, type SyncOptions } from "./feed-sync.ts";
import { type DataValidator, type MembershipEnd, readIncoming, type SequencedEvent } from "./incoming.ts";
import { Revocations, type Standing } from "./revocations.ts";
import { Ring, type RingBounds } from "./ring.ts";
import { Sequencer, type SequencerOutput } from "./sequencer.ts";

/** An event as it goes to sockets and streams. `position` is `null` when no log has it. */
export type FeedEvent = {
  /** The very text that the client gets. */
  readonly payload: string;
  readonly position: Position | null;
  /** When it was committed, in milliseconds since the Unix epoch. */
  readonly at: number | null;
  readonly ends: MembershipEnd | null;
};

export type FeedListener = {
  /** Called for each event, in order, none twice and none missing. */
  event(event: FeedEvent): void;
  /** The events up to `position` cannot be had any more; those after it follow. */
  reset(position: Position): void;
};

export type FeedOptions = SyncOptions & { readonly ring: RingBounds };
export type FeedDeps = SyncDeps & { readonly options: FeedOptions; readonly validateData: DataValidator };

/** Tokens live ten minutes; a team with more events in that time gets its people new tokens. */
const SCAN_LIMIT = 20_000;
const LOG_EVERY_MS = 1_000;

/**
 * One tenant's events on this node: checked once, in order, without holes, for any number of listeners.
 * It repairs itself from the log; only if the log cannot give what is missing are its listeners told to start anew.
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
  #unlogged = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #unsubscribe: Unsubscribe | null = null;

  constructor(tenantId: string, deps: FeedDeps) {
    this.tenantId = tenantId;
    this.#deps = deps;
    this.#ring = new Ring(deps.options.ring);
    const output: SequencerOutput = {
      event: (event) => this.#onEvent(event),
      begun: (position) => this.#revocations.begin(position.seq),
      reset: (position) => this.#onReset(position),
      strayed: (event) => this.#reject("sequence", event.seq),
    };
    this.#sequencer = new Sequencer(tenantId, output, deps.validateData);
    this.#sync = new FeedSync(tenantId, this.#sequencer, deps);
  }

  /** The last event that was handed to the listeners; `null` for a tenant without a log. */
  get position(): Position | null {
    return this.#sequencer.position;
  }

  /**
   * The position, if the log was compared lately enough (`freshMs`): everything up to it was handed on. `null` while
   * nobody can tell.
   */
  get provenPosition(): Position | null {
    return this.#sync.isFresh ? this.position : null;
  }

  /** Grows each time that the listeners must start anew: a replay under way is then worth nothing. */
  get resets(): number {
    return this.#resets;
  }

  /** Subscribes, and only when that is in force reads the head: an event between the two would be lost otherwise. */
  async start(): Promise<void> {
    this.#unsubscribe = await this.#deps.pubsub.subscribeExact(tenantChannel(this.tenantId), (payload) =>
      this.#receive(payload),
    );
    await this.#sync.catchUp("start");
  }

  /** Tells `listener` of every event from now on; the answer ends it. */
  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Up to `limit` of the events after `seq` that are at hand; `null` when they must be read by `history`. */
  recent(seq: number, limit: number): readonly LogEntry[] | null {
    if (this.position !== null && seq >= this.position.seq) return [];
    return this.#ring.after(seq, limit);
  }

  /** Reads all events after `since`, at most `limit`, from the log. Many who come back at once share one reading. */
  history(since: Position, limit: number): Promise<History> {
    const key = `${since.epoch}:${since.seq}:${limit}`;
    let reading = this.#reads.get(key);
    if (reading === undefined) {
      reading = this.#read(since, limit).finally(() => this.#reads.delete(key));
      this.#reads.set(key, reading);
    }
    return reading;
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

  /** How a person stands whose token was issued at `issued`; reads the log where it must. Rejects when the bus is away. */
  async standing(userId: string, issued: Position): Promise<Standing> {
    if (this.position?.epoch === issued.epoch && issued.seq < this.#revocations.from) {
      await this.history(issued, SCAN_LIMIT);
    }
    return this.knownStanding(userId, issued);
  }

  /** The same without reading. A token of another epoch proves nothing about this history. */
  knownStanding(userId: string, issued: Position): Standing {
    return this.position?.epoch === issued.epoch ? this.#revocations.standing(userId, issued.seq) : "unknown";
  }

  forgetRevocations(learnedBefore: number): void {
    this.#revocations.prune(learnedBefore);
  }

  /** Makes sure that the log was lately looked at and reaches `need`; asks for its repair if it does not. Never rejects. */
  reach(need: Position): Promise<Reach> {
    return this.#sync.reach(need);
  }

  /** The same for a position that a signed token names: a database that has not come as far begins a new epoch. */
  reachCommitted(need: Position): Promise<Reach> {
    return this.#sync.reachCommitted(need);
  }

  /** Compares with the log's head and reads what is missing. Rejects when the bus is away. */
  compare(): Promise<void> {
    return this.#sync.compare();
  }

  /** Somebody with the database has published the log again. */
  repaired(head: Position | null): void {
    this.#sync.answered(head);
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
    if (ends !== null) this.#revocations.note(ends, seq, this.#deps.clock.now());
    if (fault !== null) this.#reject("relayed-invalid", seq);
    this.#emit({ payload, position: { epoch, seq }, at, ends });
  }

  #onReset(position: Position): void {
    this.#resets += 1;
    this.#ring.clear();
    this.#revocations.begin(position.seq);
    this.#deps.log.warn({ tenantId: this.tenantId, ...position }, "the history is broken; listeners start anew");
    for (const listener of this.#listeners) this.#guard(() => listener.reset(position));
  }

  #emit(event: FeedEvent): void {
    for (const listener of this.#listeners) this.#guard(() => listener.event(event));
  }

  /** One listener's failure is its own. */
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
    this.#unlogged += 1;
    // Whoever floods the channel shall not flood the log.
    if (clock.now() < this.#quietUntil) return;
    this.#quietUntil = clock.now() + LOG_EVERY_MS;
    log.warn({ tenantId: this.tenantId, reason, seq, count: this.#unlogged }, "messages from the bus are not valid");
    this.#unlogged = 0;
  }
}
