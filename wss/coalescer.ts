import type { Clock } from "../platform/clock/clock.ts";

/**
 * Between two writes to the same sockets, in milliseconds. Writing to n sockets takes about n × 7 µs: one tenant's writes
 * take about a fifth of a core at most, however busy it is. `most` is two frames of a screen, which nobody sees.
 */
const GAP_MS = { least: 2, perReceiver: 1 / 30, most: 33 } as const;

/**
 * Write coalescing for one topic. A text after a pause goes out at once; texts in quick succession wait a few
 * milliseconds for each other and go out in one turn, which Bun joins into one write for each socket. The system call
 * is by far the dearest part of a delivery, so a busy tenant costs a fraction, at a delay that nobody sees.
 */
export class Coalescer {
  readonly #clock: Clock;
  readonly #send: (text: string) => void;
  /** Allocated with the first burst: most tenants never have one. */
  #waiting: string[] | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, send: (text: string) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  add(text: string, receivers: number): void {
    if (this.#cancel !== null) {
      this.#waiting?.push(text);
      return;
    }
    const now = this.#clock.now();
    const gap = Math.floor(Math.min(GAP_MS.most, Math.max(GAP_MS.least, receivers * GAP_MS.perReceiver)));
    const wait = this.#sentAt + gap - now;
    // A clock that was set back must not hold anything for longer than a gap.
    if (wait <= 0 || wait > gap) {
      this.#sentAt = now;
      this.#send(text);
      return;
    }
    this.#waiting ??= [];
    this.#waiting.push(text);
    this.#cancel = this.#clock.after(wait, () => this.flush());
  }

  /** Sends what waits now: whoever joins, leaves or is told a position does it between two events, not amid them. */
  flush(): void {
    if (this.#cancel === null) return;
    this.#cancel();
    this.#cancel = null;
    this.#sentAt = this.#clock.now();
    const texts = this.#waiting ?? [];
    this.#waiting = null;
    for (const text of texts) this.#send(text);
  }
}
