import type { Position } from "../../shared/protocol/position.ts";
import type { History } from "../pubsub/provider.ts";
import { type DataValidator, readEntry, type SequencedEvent } from "./incoming.ts";

export type SequencerOutput = {
  /** The next event; called in order, for each exactly once. */
  event(event: SequencedEvent): void;
  /** The events after `position` follow; those before it were not looked at. */
  begun(position: Position): void;
  /** What comes before `position` is lost; the events after it follow. */
  reset(position: Position): void;
  /** A message is in no log and at no place where it could belong. */
  strayed(event: SequencedEvent): void;
};

/** `level`: everything up to the head read went out. `behind`: the bus knows less than this node. */
export type Applied = "level" | "behind";

/** Beyond, what waits is dropped: it is in the log, which is being read anyway. */
const MAX_WAITING = 2_000;

/**
 * Puts one tenant's events in order: passes on what follows directly, drops what was there, and holds everything back
 * while the log is read for what is missing.
 */
export class Sequencer {
  readonly #tenantId: string;
  readonly #out: SequencerOutput;
  readonly #validateData: DataValidator;
  #position: Position | null = null;
  /** Arrivals while the log is read; `null` when events go straight through. */
  #waiting: SequencedEvent[] | null = [];

  constructor(tenantId: string, out: SequencerOutput, validateData: DataValidator) {
    this.#tenantId = tenantId;
    this.#out = out;
    this.#validateData = validateData;
  }

  get position(): Position | null {
    return this.#position;
  }

  get isHeld(): boolean {
    return this.#waiting !== null;
  }

  hold(): void {
    this.#waiting ??= [];
  }

  /** Takes what the bus delivers. Answers false when the log must be read before it can go on. */
  take(event: SequencedEvent): boolean {
    if (this.#waiting === null && this.#pass(event)) return true;
    this.#waiting ??= [];
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.length = 0;
    this.#waiting.push(event);
    return false;
  }

  /** Starts at the head of the log; without one, right before what arrived first. */
  begin(head: Position | null): void {
    const first = this.#waiting?.[0];
    if (first !== undefined && (head === null || head.epoch === first.epoch)) {
      const seq = Math.min(first.seq - 1, head?.seq ?? Number.POSITIVE_INFINITY);
      this.#position = { epoch: first.epoch, seq };
    } else this.#position = head;
    if (this.#position !== null) this.#out.begun(this.#position);
  }

  /** Passes on what the log holds after the position. */
  apply(history: History): Applied {
    const position = this.#position;
    if (history.kind === "unknown" || position === null) return "behind";
    const { head } = history;
    if (head.epoch < position.epoch) return "behind";
    if (history.kind === "unreachable") {
      if (history.reason === "ahead") return head.seq < position.seq ? "behind" : "level";
      this.#reset(head);
      return "level";
    }
    for (const { seq, payload } of history.events) {
      const at = this.#position;
      if (at === null || seq <= at.seq) continue;
      if (seq !== at.seq + 1) {
        this.#reset(head);
        return "level";
      }
      const context = { tenantId: this.#tenantId, epoch: head.epoch, seq, validateData: this.#validateData };
      this.#advance(readEntry(payload, context));
    }
    return "level";
  }

  /** Lets go what waited. Answers false when there is still something missing before it. */
  release(): boolean {
    const waiting = this.#waiting ?? [];
    for (const [index, event] of waiting.entries()) {
      if (this.#pass(event)) continue;
      this.#waiting = waiting.slice(index);
      return false;
    }
    this.#waiting = null;
    return true;
  }

  /** Drops what waits: the log was read again and does not lead up to it. */
  abandon(): void {
    for (const event of this.#waiting ?? []) {
      if (!this.#pass(event)) this.#out.strayed(event);
    }
    this.#waiting = null;
  }

  #pass(event: SequencedEvent): boolean {
    const position = this.#position;
    if (position === null) return false;
    if (event.epoch === position.epoch) {
      if (event.seq <= position.seq) return true;
      if (event.seq !== position.seq + 1) return false;
      this.#advance(event);
      return true;
    }
    if (event.epoch > position.epoch) return false;
    this.#out.strayed(event);
    return true;
  }

  #advance(event: SequencedEvent): void {
    this.#position = { epoch: event.epoch, seq: event.seq };
    this.#out.event(event);
  }

  #reset(position: Position): void {
    this.#position = position;
    this.#out.reset(position);
  }
}
