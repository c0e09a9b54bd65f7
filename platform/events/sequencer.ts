import type { Position } from "../../shared/protocol/position.ts";
import type { History } from "../pubsub/provider.ts";
import { type DataValidator, readEntry, type SequencedEvent } from "./incoming.ts";

export type SequencerOutput = {
  /** The next event: in order, and each exactly once. */
  event(event: SequencedEvent): void;
  /** The events after `position` follow; earlier ones were not read. */
  begun(position: Position): void;
  /** The events up to `position` are lost; the events after it follow. */
  reset(position: Position): void;
  /** The event is not in the log and fits nowhere into it, so it was dropped. */
  misplaced(event: SequencedEvent): void;
};

/** `caught-up`: every event up to the head went out. `behind`: the bus knows less than this node. */
export type Applied = "caught-up" | "behind";

/** Beyond this many, pending events are dropped: the log has them and is being read anyway. */
const MAX_PENDING = 2_000;

/**
 * Puts one tenant's events in order: passes on the next event, drops duplicates, and holds events back while the
 * missing ones are read from the log.
 */
export class Sequencer {
  readonly #tenantId: string;
  readonly #out: SequencerOutput;
  readonly #validateData: DataValidator;
  #position: Position | null = null;
  /** Events that arrived while paused; `null` while events pass straight through. */
  #pending: SequencedEvent[] | null = [];

  constructor(tenantId: string, out: SequencerOutput, validateData: DataValidator) {
    this.#tenantId = tenantId;
    this.#out = out;
    this.#validateData = validateData;
  }

  get position(): Position | null {
    return this.#position;
  }

  get isPaused(): boolean {
    return this.#pending !== null;
  }

  pause(): void {
    this.#pending ??= [];
  }

  /** Takes an event from the bus. Returns false when the log must be read first. */
  take(event: SequencedEvent): boolean {
    if (this.#pending === null && this.#pass(event)) return true;
    this.#pending ??= [];
    if (this.#pending.length >= MAX_PENDING) this.#pending.length = 0;
    this.#pending.push(event);
    return false;
  }

  /** Starts at the head of the log; without one, right before the first pending event. */
  begin(head: Position | null): void {
    const first = this.#pending?.[0];
    if (first !== undefined && (head === null || head.epoch === first.epoch)) {
      const seq = Math.min(first.seq - 1, head?.seq ?? Number.POSITIVE_INFINITY);
      this.#position = { epoch: first.epoch, seq };
    } else this.#position = head;
    if (this.#position !== null) this.#out.begun(this.#position);
  }

  /** Passes on the events that were read from the log. */
  apply(history: History): Applied {
    const position = this.#position;
    if (history.kind === "unknown" || position === null) return "behind";
    const { head } = history;
    if (head.epoch < position.epoch) return "behind";
    if (history.kind === "unreachable") {
      if (history.reason === "ahead") return head.seq < position.seq ? "behind" : "caught-up";
      this.#reset(head);
      return "caught-up";
    }
    for (const { seq, payload } of history.events) {
      const at = this.#position;
      if (at === null || seq <= at.seq) continue;
      if (seq !== at.seq + 1) {
        this.#reset(head);
        return "caught-up";
      }
      const context = { tenantId: this.#tenantId, epoch: head.epoch, seq, validateData: this.#validateData };
      this.#advance(readEntry(payload, context));
    }
    return "caught-up";
  }

  /** Passes on the pending events. Returns false when events before them are still missing. */
  resume(): boolean {
    const pending = this.#pending ?? [];
    for (const [index, event] of pending.entries()) {
      if (this.#pass(event)) continue;
      this.#pending = pending.slice(index);
      return false;
    }
    this.#pending = null;
    return true;
  }

  /** Drops the pending events that the log, read again, does not lead up to. */
  discardPending(): void {
    for (const event of this.#pending ?? []) {
      if (!this.#pass(event)) this.#out.misplaced(event);
    }
    this.#pending = null;
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
    this.#out.misplaced(event);
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
