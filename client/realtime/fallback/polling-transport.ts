import { MAX_LIMIT } from "../../../shared/paging.ts";
import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import { comparePositions, type Position } from "../../../shared/protocol/position.ts";
import { fullJitter } from "../backoff.ts";
import type { Clock, Poll, PollAnswer } from "../ports.ts";

export const POLL_INTERVAL_MS = 3_000;

export type PollTarget = { readonly tenantId: string; readonly since: Position };

export type PollingHandlers = {
  /** The tenants to poll now. */
  readonly targets: () => readonly PollTarget[];
  readonly onEvents: (tenantId: string, events: readonly SequencedMessage[], head: Position) => void;
  readonly onHistoryGone: (tenantId: string) => void;
};

/** Polls tenants that no other transport serves: at most one request per tenant at a time, none on a hidden page. */
export class PollingTransport {
  readonly #poll: Poll;
  readonly #ports: { readonly clock: Clock; readonly random: () => number };
  readonly #handlers: PollingHandlers;
  readonly #scheduled = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();
  readonly #inFlight = new Set<string>();
  #hidden = false;

  constructor(poll: Poll, ports: { readonly clock: Clock; readonly random: () => number }, handlers: PollingHandlers) {
    this.#poll = poll;
    this.#ports = ports;
    this.#handlers = handlers;
  }

  /** Whether the last poll of at least one tenant succeeded. */
  get works(): boolean {
    for (const failures of this.#failures.values()) if (failures === 0) return true;
    return false;
  }

  /** A page that becomes visible polls at once. */
  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    if (hidden) this.#cancelAll();
    else this.pollNow();
  }

  pollNow(): void {
    this.#cancelAll();
    this.update();
  }

  #cancelAll(): void {
    for (const cancel of this.#scheduled.values()) cancel();
    this.#scheduled.clear();
  }

  /** Schedules new targets and drops former ones. */
  update(): void {
    if (this.#hidden) return;
    const targets = new Set(this.#handlers.targets().map(({ tenantId }) => tenantId));
    for (const [tenantId, cancel] of this.#scheduled) {
      if (targets.has(tenantId)) continue;
      cancel();
      this.#scheduled.delete(tenantId);
    }
    for (const tenantId of this.#failures.keys()) {
      if (!targets.has(tenantId)) this.#failures.delete(tenantId);
    }
    for (const tenantId of targets) {
      if (!this.#scheduled.has(tenantId) && !this.#inFlight.has(tenantId)) this.#schedule(tenantId, 0);
    }
  }

  #schedule(tenantId: string, wait: number): void {
    this.#scheduled.set(
      tenantId,
      this.#ports.clock.after(wait, () => {
        this.#scheduled.delete(tenantId);
        void this.#request(tenantId);
      }),
    );
  }

  #target(tenantId: string): PollTarget | undefined {
    return this.#handlers.targets().find((target) => target.tenantId === tenantId);
  }

  async #request(tenantId: string): Promise<void> {
    const target = this.#target(tenantId);
    if (target === undefined) return;
    this.#inFlight.add(tenantId);
    const answer = await this.#poll(tenantId, target.since, MAX_LIMIT);
    // Still in flight while the answer is handled: `update` must not schedule a poll of its own before the next one is.
    const wait = this.#handle(target, answer);
    this.#inFlight.delete(tenantId);
    if (!this.#hidden) this.#schedule(tenantId, wait);
    this.update();
  }

  /** Returns the milliseconds until the next poll. */
  #handle(target: PollTarget, answer: PollAnswer): number {
    const { tenantId } = target;
    const current = this.#target(tenantId);
    const wait = POLL_INTERVAL_MS * (0.75 + this.#ports.random() / 2);
    if (current === undefined) return wait;
    if (answer.kind === "failed") {
      const failures = (this.#failures.get(tenantId) ?? 0) + 1;
      this.#failures.set(tenantId, failures);
      return wait + fullJitter(failures, this.#ports.random);
    }
    this.#failures.set(tenantId, 0);
    // A snapshot or the socket moved the position meanwhile, and the answer does not continue from there.
    if (comparePositions(current.since, target.since) !== 0) return wait;
    if (answer.kind === "history-gone") {
      this.#handlers.onHistoryGone(tenantId);
      return wait;
    }
    this.#handlers.onEvents(tenantId, answer.events, answer.head);
    return answer.events.length >= MAX_LIMIT ? 0 : wait;
  }
}
