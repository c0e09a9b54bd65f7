import type { Clock } from "../platform/clock/clock.ts";

/**
 * Between two writes to the same sockets, in milliseconds. Writing to n sockets takes about n × 7 µs: one tenant's writes
 * take about a fifth of a core at most, however busy it is. `most` is two frames of a screen, which nobody sees.
 */
const GAP_MS = { least: 2, perReceiver: 1 / 30, most: 33 } as const;

/**
 * Write coalescing for one topic. What comes after a pause goes out at once; what comes in quick succession waits a few
 * milliseconds for the rest and goes out in one turn, which Bun joins into one write for each socket. The system call
 * is by far the dearest part of a delivery, so a busy tenant costs a fraction, at a delay that nobody sees.
 */
export class Coalescer<Item> {
  readonly #clock: Clock;
  readonly #send: (item: Item) => void;
  /** Allocated with the first burst: most tenants never have one. */
  #waiting: Item[] | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, send: (item: Item) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  add(item: Item, receivers: number): void {
    if (this.#cancel !== null) {
      this.#waiting?.push(item);
      return;
    }
    const now = this.#clock.now();
    const gap = Math.floor(Math.min(GAP_MS.most, Math.max(GAP_MS.least, receivers * GAP_MS.perReceiver)));
    const wait = this.#sentAt + gap - now;
    // A clock that was set back must not hold anything for longer than a gap.
    if (wait <= 0 || wait > gap) {
      this.#sentAt = now;
      this.#send(item);
      return;
    }
    this.#waiting ??= [];
    this.#waiting.push(item);
    this.#cancel = this.#clock.after(wait, () => this.flush());
  }

  /** Sends what waits now: whoever joins, leaves or is told a position does it between two events, not amid them. */
  flush(): void {
    if (this.#cancel === null) return;
    this.#cancel();
    this.#cancel = null;
    this.#sentAt = this.#clock.now();
    const items = this.#waiting ?? [];
    this.#waiting = null;
    for (const item of items) this.#send(item);
  }
}
