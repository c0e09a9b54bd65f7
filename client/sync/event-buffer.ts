import type { Position } from "../../shared/protocol/position.ts";
import { applyEvent } from "./apply-event.ts";
import type { DecodedEvent } from "./decode-event.ts";
import type { SyncSchema } from "./schema.ts";
import type { Snapshot } from "./snapshot.ts";

/** Recent events kept to bring older reads up to the head. */
const MAX_EVENTS = 2_000;

export type Reconciliation =
  | { readonly kind: "accepted"; readonly snapshot: Snapshot }
  /** The current snapshot is newer. */
  | { readonly kind: "superseded" }
  /** The read cannot be brought up to the head: read again. */
  | { readonly kind: "stale"; readonly why: "before-reset" | "behind-reset" | "other-epoch" | "out-of-reach" };

type History = {
  readonly epoch: string;
  /** `events` are all events after `base` up to `head`, in order. */
  base: number;
  head: number;
  events: DecodedEvent[];
};

/**
 * A tenant's recent history as this page took it. It reconciles each read with the events: a read is brought up to the
 * head, or refused. To reject older reads alone would lose what only they carry.
 */
export class EventBuffer {
  readonly #schema: SyncSchema;
  #history: History | null = null;
  /** Reads of an earlier generation show a history that is over. */
  #resetAt = 0;

  constructor(schema: SyncSchema) {
    this.#schema = schema;
  }

  get head(): Position | null {
    return this.#history === null ? null : { epoch: this.#history.epoch, seq: this.#history.head };
  }

  /** The history begins with the first snapshot. */
  start(position: Position): void {
    this.#history ??= { epoch: position.epoch, base: position.seq, head: position.seq, events: [] };
  }

  /** The history is over: only reads of `generation` or later count, and only from `base` on. */
  reset(base: Position | null, generation: number): void {
    this.#resetAt = generation;
    this.#history = base === null ? null : { epoch: base.epoch, base: base.seq, head: base.seq, events: [] };
  }

  /** Takes the next events in order, and none that does not follow. */
  push(events: readonly DecodedEvent[]): void {
    for (const event of events) {
      const { epoch, seq } = event.at;
      this.#history ??= { epoch, base: seq - 1, head: seq - 1, events: [] };
      const history = this.#history;
      if (epoch !== history.epoch || seq !== history.head + 1) continue;
      history.events.push(event);
      history.head = seq;
    }
    const history = this.#history;
    if (history === null || history.events.length <= 2 * MAX_EVENTS) return;
    history.events = history.events.slice(-MAX_EVENTS);
    history.base = history.head - MAX_EVENTS;
  }

  /** Whether events may be applied to a snapshot as they come. */
  isCurrent({ generation, position }: Snapshot): boolean {
    return generation >= this.#resetAt && (this.#history === null || position.epoch === this.#history.epoch);
  }

  /** Whether a snapshot holds everything up to a position. */
  reaches(snapshot: Snapshot, { epoch, seq }: Position): boolean {
    if (snapshot.position.epoch !== epoch) return false;
    if (snapshot.position.seq >= seq) return true;
    const history = this.#history;
    return this.isCurrent(snapshot) && history !== null && history.epoch === epoch && history.head >= seq;
  }

  /** A snapshot brought up to the head by the events after its position. */
  #broughtUp(snapshot: Snapshot, history: History): Snapshot {
    const missing = history.head - snapshot.position.seq;
    if (missing <= 0) return snapshot;
    let next = snapshot;
    for (const event of history.events.slice(-missing)) next = applyEvent(this.#schema, next, event);
    return { ...next, position: { epoch: history.epoch, seq: history.head } };
  }

  reconcile(current: Snapshot | undefined, read: Snapshot): Reconciliation {
    if (read.generation < this.#resetAt) return { kind: "stale", why: "before-reset" };
    const old = current !== undefined && this.isCurrent(current) ? current : undefined;
    const history = this.#history;
    if (history === null) {
      const isOlder =
        old !== undefined &&
        (old.position.epoch === read.position.epoch
          ? old.position.seq > read.position.seq
          : old.position.epoch > read.position.epoch);
      return isOlder ? { kind: "superseded" } : { kind: "accepted", snapshot: read };
    }
    if (read.position.epoch !== history.epoch) return { kind: "stale", why: "other-epoch" };
    if (read.position.seq < history.base)
      return { kind: "stale", why: history.events.length === 0 ? "behind-reset" : "out-of-reach" };
    if (old !== undefined && Math.max(read.position.seq, history.head) < old.position.seq)
      return { kind: "superseded" };
    return { kind: "accepted", snapshot: this.#broughtUp(read, history) };
  }
}
