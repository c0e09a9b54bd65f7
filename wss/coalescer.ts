import type { Clock } from "../platform/clock/clock.ts";

/**
 * Gap between two writes to the same sockets, in milliseconds. Writing to n sockets takes about n × 7 µs, so one
 * tenant's writes take at most about a fifth of a core. `most` is two frames of a 60 Hz screen.
 */
const GAP_MS = { least: 2, perReceiver: 1 / 30, most: 33 } as const;

/**
 * Write coalescing for one topic. An item after a pause is sent at once. Items in quick succession are buffered for a
 * few milliseconds and sent in one turn of the event loop, which Bun joins into one write per socket. The system call
 * is by far the most expensive part of a delivery.
 */
export class Coalescer<Item> {
  readonly #clock: Clock;
  readonly #send: (item: Item) => void;
  /** Allocated at the first burst; most tenants never have one. */
  #buffer: Item[] | null = null;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, send: (item: Item) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  add(item: Item, receivers: number): void {
    if (this.#cancel !== null) {
      this.#buffer?.push(item);
      return;
    }
    const now = this.#clock.now();
    const gap = Math.floor(Math.min(GAP_MS.most, Math.max(GAP_MS.least, receivers * GAP_MS.perReceiver)));
    const wait = this.#lastSentAt + gap - now;
    // `wait > gap` means the clock was set back: send instead of buffering for longer than a gap.
    if (wait <= 0 || wait > gap) {
      this.#lastSentAt = now;
      this.#send(item);
      return;
    }
    this.#buffer ??= [];
    this.#buffer.push(item);
    this.#cancel = this.#clock.after(wait, () => this.flush());
  }

  /** Sends the buffer now. A join, a leave or a heartbeat's head must fall between two events, not inside a burst. */
  flush(): void {
    if (this.#cancel === null) return;
    this.#cancel();
    this.#cancel = null;
    this.#lastSentAt = this.#clock.now();
    const items = this.#buffer ?? [];
    this.#buffer = null;
    for (const item of items) this.#send(item);
  }
}
