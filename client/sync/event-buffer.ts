import type { Position } from "../../shared/protocol/position.ts";
import { applyFact } from "./apply-event.ts";
import type { Fact } from "./decode-event.ts";
import type { TenantState } from "./snapshots.ts";

/** How many recent events are kept to bring older reads up with. */
const KEPT = 2_000;

export type Verdict =
  | { readonly kind: "taken"; readonly state: TenantState }
  /** The state held is newer. */
  | { readonly kind: "kept" }
  /** It can't be brought up to what is known: read again. */
  | { readonly kind: "refused"; readonly why: "before-cut" | "behind-cut" | "other-epoch" | "out-of-reach" };

type History = {
  readonly epoch: string;
  /** Events after `base` up to `head` are in `facts`, all of them, in order. */
  base: number;
  head: number;
  facts: Fact[];
};

/**
 * A tenant's recent history as this page took it. It decides what becomes of a read: brought up by the events
 * kept since, or refused. Rejecting older reads alone would lose what only they carry.
 */
export class TenantLog {
  #history: History | null = null;
  /** Reads begun before this count don't count. */
  #cutAt = 0;

  get head(): Position | null {
    return this.#history === null ? null : { epoch: this.#history.epoch, seq: this.#history.head };
  }

  /** The history begins with the first state that is held. */
  start(position: Position): void {
    this.#history ??= { epoch: position.epoch, base: position.seq, head: position.seq, facts: [] };
  }

  /** The history was cut off: only reads begun at `cutAt` or later count, and only from `base` on. */
  cut(base: Position | null, cutAt: number): void {
    this.#cutAt = cutAt;
    this.#history = base === null ? null : { epoch: base.epoch, base: base.seq, head: base.seq, facts: [] };
  }

  /** Takes the next events in order. One that does not follow is not taken. */
  push(facts: readonly Fact[]): void {
    for (const fact of facts) {
      this.#history ??= { epoch: fact.at.epoch, base: fact.at.seq - 1, head: fact.at.seq - 1, facts: [] };
      const history = this.#history;
      if (fact.at.epoch !== history.epoch || fact.at.seq !== history.head + 1) continue;
      history.facts.push(fact);
      history.head = fact.at.seq;
    }
    const history = this.#history;
    if (history === null || history.facts.length <= 2 * KEPT) return;
    history.facts = history.facts.slice(-KEPT);
    history.base = history.head - KEPT;
  }

  /** Whether events may be folded onto a state as they come. */
  isCurrent(state: TenantState): boolean {
    return state.begun >= this.#cutAt && (this.#history === null || state.position.epoch === this.#history.epoch);
  }

  /** Whether a state holds everything up to a position. */
  holds(state: TenantState, position: Position): boolean {
    if (state.position.epoch !== position.epoch) return false;
    if (state.position.seq >= position.seq) return true;
    const history = this.#history;
    return (
      this.isCurrent(state) && history !== null && history.epoch === position.epoch && history.head >= position.seq
    );
  }

  /** Brings a state up to the head with the events kept. */
  fold(state: TenantState): TenantState {
    const history = this.#history;
    if (history === null || state.position.epoch !== history.epoch) return state;
    const missing = history.head - state.position.seq;
    if (missing <= 0) return state;
    let next = state;
    for (const fact of history.facts.slice(-missing)) next = applyFact(next, fact);
    return next;
  }

  judge(held: TenantState | undefined, read: TenantState): Verdict {
    if (read.begun < this.#cutAt) return { kind: "refused", why: "before-cut" };
    const old = held !== undefined && this.isCurrent(held) ? held : undefined;
    const history = this.#history;
    if (history === null) {
      const isOlder =
        old !== undefined &&
        (old.position.epoch === read.position.epoch
          ? old.position.seq > read.position.seq
          : old.position.epoch > read.position.epoch);
      return isOlder ? { kind: "kept" } : { kind: "taken", state: read };
    }
    if (read.position.epoch !== history.epoch) return { kind: "refused", why: "other-epoch" };
    if (read.position.seq < history.base)
      return { kind: "refused", why: history.facts.length === 0 ? "behind-cut" : "out-of-reach" };
    if (old !== undefined && Math.max(read.position.seq, history.head) < old.position.seq) return { kind: "kept" };
    const folded = this.fold(read);
    return {
      kind: "taken",
      state:
        folded.position.seq >= history.head
          ? folded
          : { ...folded, position: { epoch: history.epoch, seq: history.head } },
    };
  }
}
