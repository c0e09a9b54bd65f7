import { MAX_LIMIT } from "../../../shared/paging.ts";
import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import { fullJitter } from "../backoff.ts";
import type { Clock, Poll, PollAnswer } from "../ports.ts";

export const POLL_INTERVAL_MS = 3_000;

export type PollTarget = { readonly tenantId: string; readonly since: Position };

export type PollSink = {
  /** What to poll now. */
  readonly targets: () => readonly PollTarget[];
  readonly events: (tenantId: string, events: readonly SequencedMessage[], head: Position) => void;
  readonly historyGone: (tenantId: string) => void;
};

/** Reads events by REST for tenants that nothing else serves; one request at a time per tenant, none on a hidden page. */
export class Poller {
  readonly #poll: Poll;
  readonly #ports: { readonly clock: Clock; readonly random: () => number };
  readonly #sink: PollSink;
  readonly #due = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();
  readonly #asking = new Set<string>();
  #hidden = false;

  constructor(poll: Poll, ports: { readonly clock: Clock; readonly random: () => number }, sink: PollSink) {
    this.#poll = poll;
    this.#ports = ports;
    this.#sink = sink;
  }

  /** True while the last answer of some tenant polled was a good one. */
  get works(): boolean {
    for (const failures of this.#failures.values()) if (failures === 0) return true;
    return false;
  }

  /** A page that is seen again polls at once. */
  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    if (hidden) this.#cancelAll();
    else this.now();
  }

  /** Does not wait for the next time. */
  now(): void {
    this.#cancelAll();
    this.update();
  }

  #cancelAll(): void {
    for (const cancel of this.#due.values()) cancel();
    this.#due.clear();
  }

  /** Begins with new targets and drops those that are none any more. */
  update(): void {
    if (this.#hidden) return;
    const targets = new Set(this.#sink.targets().map(({ tenantId }) => tenantId));
    for (const [tenantId, cancel] of this.#due) {
      if (targets.has(tenantId)) continue;
      cancel();
      this.#due.delete(tenantId);
    }
    for (const tenantId of this.#failures.keys()) {
      if (!targets.has(tenantId)) this.#failures.delete(tenantId);
    }
    for (const tenantId of targets) {
      if (!this.#due.has(tenantId) && !this.#asking.has(tenantId)) this.#schedule(tenantId, 0);
    }
  }

  #schedule(tenantId: string, wait: number): void {
    this.#due.set(
      tenantId,
      this.#ports.clock.after(wait, () => {
        this.#due.delete(tenantId);
        void this.#ask(tenantId);
      }),
    );
  }

  async #ask(tenantId: string): Promise<void> {
    const target = this.#sink.targets().find((each) => each.tenantId === tenantId);
    if (target === undefined) return;
    this.#asking.add(tenantId);
    const answer = await this.#poll(tenantId, target.since, MAX_LIMIT);
    // It counts as asking until the next time is planned: what the answer changes must not plan one at once.
    const wait = this.#take(target, answer);
    this.#asking.delete(tenantId);
    if (!this.#hidden) this.#schedule(tenantId, wait);
    this.update();
  }

  #take(target: PollTarget, answer: PollAnswer): number {
    const { tenantId } = target;
    const still = this.#sink.targets().find((each) => each.tenantId === tenantId);
    const wait = POLL_INTERVAL_MS * (0.75 + this.#ports.random() / 2);
    if (still === undefined) return wait;
    if (answer.kind === "failed") {
      const failures = (this.#failures.get(tenantId) ?? 0) + 1;
      this.#failures.set(tenantId, failures);
      return wait + fullJitter(failures, this.#ports.random);
    }
    this.#failures.set(tenantId, 0);
    // A read or the socket moved the position meanwhile: this answer continues another one.
    if (still.since.epoch !== target.since.epoch || still.since.seq !== target.since.seq) return wait;
    if (answer.kind === "history-gone") {
      this.#sink.historyGone(tenantId);
      return wait;
    }
    this.#sink.events(tenantId, answer.events, answer.head);
    return answer.events.length >= MAX_LIMIT ? 0 : wait;
  }
}
