import type { Position } from "../../shared/protocol/position.ts";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type PubSubProvider, REPAIR_CHANNEL } from "../pubsub/provider.ts";
import type { RepairRequest } from "./control.ts";
import type { Sequencer } from "./sequencer.ts";

/** Whether the log reaches a position; `unknown`: nobody who could tell answers now. */
export type Reach = "reached" | "behind" | "unknown";

export type SyncDeps = {
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly options: SyncOptions;
};

export type SyncOptions = {
  /** The longest run of events that a feed that fell behind reads before it starts anew. */
  readonly catchUpLimit: number;
  /** How old a comparison with the log may be when somebody joins, or is told the head, in milliseconds. */
  readonly freshMs: number;
  /** How long an answer to a request for repair is waited for, in milliseconds. */
  readonly repairWaitMs: number;
  /** The bus only caches the log, so what it lacks can be asked for, whoever needs it. */
  readonly repairs: boolean;
};

const MAX_ROUNDS = 4;
/** What was published before a head was read may arrive after it. */
const IN_FLIGHT_MS = 100;
const REPAIR_LOOK_MS = 50;
const REPAIR_EVERY_MS = 1_000;
/** That nobody could tell is believed for so long. */
const UNKNOWN_MS = 100;

/** Keeps one tenant's sequencer level with the log. */
export class FeedSync {
  readonly #tenantId: string;
  readonly #deps: SyncDeps;
  readonly #sequencer: Sequencer;
  /** When the log was last seen to hold nothing more. */
  #comparedAt = Number.NEGATIVE_INFINITY;
  #catchingUp: Promise<void> | null = null;
  #comparing: Promise<void> | null = null;
  #looking: Promise<void> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** The latest position that was committed for certain, and the one that was last told of. */
  #committed: Position | null = null;
  #told: Position | null = null;
  /** How many wait for the same answer, and until when. */
  #reaching = 0;
  #giveUpAt = 0;
  #unknownUntil = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #answeredHead: Position | null = null;

  constructor(tenantId: string, sequencer: Sequencer, deps: SyncDeps) {
    this.#tenantId = tenantId;
    this.#sequencer = sequencer;
    this.#deps = deps;
  }

  /** Whether the log was lately seen to hold nothing that the listeners were not handed. */
  get isFresh(): boolean {
    return this.#deps.clock.now() - this.#comparedAt <= this.#deps.options.freshMs;
  }

  /** Reads what is missing from the log. Rejects when the bus is away; events are then held back until the next try. */
  catchUp(reason: string): Promise<void> {
    this.#sequencer.hold();
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
        if (this.#sequencer.apply(history) === "level") this.#comparedAt = startedAt;
        else this.#ask();
      }
      // In the same turn as what was read is passed on: nothing can arrive between the two.
      if (this.#sequencer.release()) return;
      if (this.#sequencer.position === null) return;
    }
    this.#sequencer.abandon();
  }

  /** Compares with the log's head and reads what is missing. Rejects when the bus is away. */
  compare(): Promise<void> {
    this.#comparing ??= this.#compare().finally(() => {
      this.#comparing = null;
    });
    return this.#comparing;
  }

  async #compare(): Promise<void> {
    const { pubsub, clock } = this.#deps;
    if (this.#sequencer.isHeld) return this.catchUp("held");
    const startedAt = clock.now();
    const before = this.#sequencer.position;
    const head = await pubsub.head(this.#tenantId);
    if (head === null && before === null) this.#comparedAt = startedAt;
    else if (before === null) await this.catchUp("start");
    else if (head === null || head.epoch < before.epoch) this.#ask();
    else if (head.epoch > before.epoch) await this.catchUp("epoch");
    else if (head.seq < before.seq) this.#ask();
    else {
      if (!this.covers(head)) await this.#pause(IN_FLIGHT_MS);
      if (this.covers(head)) this.#comparedAt = startedAt;
      else await this.catchUp("behind");
    }
  }

  /** Makes sure that the log was lately looked at and reaches `need`, and asks for its repair if it does not. */
  async reach(need: Position): Promise<Reach> {
    if (this.isFresh && this.covers(need)) return "reached";
    const { clock, options } = this.#deps;
    const startedAt = clock.now();
    // Who asks for many tenants, one after the other, need not wait for each.
    if (startedAt < this.#unknownUntil) return "unknown";
    if (this.#reaching === 0) this.#giveUpAt = startedAt + options.repairWaitMs;
    this.#reaching += 1;
    try {
      const reach = await this.#reach(need, this.#giveUpAt);
      if (reach === "unknown") this.#unknownUntil = clock.now() + UNKNOWN_MS;
      return reach;
    } finally {
      this.#reaching -= 1;
    }
  }

  /** The same for what was committed for certain: a database that has not come as far has gone back, and begins anew. */
  reachCommitted(need: Position): Promise<Reach> {
    if (!isAtLeast(this.#committed, need)) this.#committed = need;
    return this.reach(need);
  }

  async #reach(need: Position, deadline: number): Promise<Reach> {
    try {
      await this.compare();
    } catch (err) {
      this.#deps.log.debug({ err, tenantId: this.#tenantId }, "the bus does not answer");
    }
    if (this.isFresh && this.covers(need)) return "reached";
    if (!this.#deps.options.repairs) {
      if (!this.isFresh) return "unknown";
      // The log itself was read and has not come as far: that is only amiss if it once had.
      if (!isAtLeast(this.#committed, need)) return "behind";
    }
    return this.#repair(need, deadline);
  }

  async #repair(need: Position, deadline: number): Promise<Reach> {
    const { clock } = this.#deps;
    const answers = this.#answers;
    while (clock.now() < deadline) {
      // Again and again: the first may come too soon after another's, or before anybody listens.
      this.#ask();
      await this.#look();
      if (this.isFresh && this.covers(need)) return "reached";
      if (this.#answers > answers && !isAtLeast(this.#answeredHead, need)) return "behind";
    }
    return "unknown";
  }

  /** Somebody with the database has published the log again. */
  answered(head: Position | null): void {
    this.#answers += 1;
    this.#answeredHead = head;
  }

  covers(need: Position): boolean {
    return isAtLeast(this.#sequencer.position, need);
  }

  /** One look at the head after a moment, shared by all who wait. */
  #look(): Promise<void> {
    this.#looking ??= this.#pause(REPAIR_LOOK_MS)
      .then(() => this.compare())
      .catch((err: unknown) => this.#deps.log.debug({ err, tenantId: this.#tenantId }, "the bus does not answer"))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  #ask(): void {
    const { pubsub, clock, log, options } = this.#deps;
    const now = clock.now();
    if (!options.repairs && this.#committed === null) return;
    const isNews = this.#committed !== this.#told;
    if (!isNews && now - this.#askedAt < REPAIR_EVERY_MS) return;
    this.#askedAt = now;
    this.#told = this.#committed;
    const request: RepairRequest = { tenantId: this.#tenantId, seen: this.#committed ?? undefined };
    pubsub
      .publish(REPAIR_CHANNEL, JSON.stringify(request))
      .catch((err: unknown) => log.debug({ err, tenantId: this.#tenantId }, "a repair could not be asked for"));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#deps.clock.after(ms, resolve);
    });
  }
}

/** Epochs are UUIDv7: a later one sorts behind. */
const isAtLeast = (position: Position | null, need: Position): boolean =>
  position !== null && (position.epoch === need.epoch ? position.seq >= need.seq : position.epoch > need.epoch);
