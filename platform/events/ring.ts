import type { LogEntry } from "../pubsub/provider.ts";

export type RingBounds = { readonly entries: number /** UTF-16 units of payload. */; readonly length: number };

/** The most recent events of one epoch, without gaps, bounded by number and size. */
export class Ring {
  readonly #bounds: RingBounds;
  #entries: LogEntry[] = [];
  /**
   * Entries before this index are dropped. They are sliced off now and then, which is cheaper than a shift for each.
   */
  #start = 0;
  #length = 0;

  constructor(bounds: RingBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.length - this.#start;
  }

  /** Adds the entry after the last one. */
  push(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#length += entry.payload.length;
    this.#trim();
  }

  /** Adds older entries if they reach up to the first one here, or up to `head` when the ring is empty. */
  backfill(entries: readonly LogEntry[], head: number): void {
    const first = this.#entries[this.#start];
    const last = entries.at(-1);
    if (last === undefined || last.seq < (first === undefined ? head : first.seq - 1)) return;
    const older = first === undefined ? entries : entries.filter((entry) => entry.seq < first.seq);
    this.#entries = [...older, ...this.#entries.slice(this.#start)];
    this.#start = 0;
    this.#length = this.#entries.reduce((sum, entry) => sum + entry.payload.length, 0);
    this.#trim();
  }

  /** Up to `limit` entries after `seq`; `null` when the ring does not reach back to it. */
  after(seq: number, limit: number): readonly LogEntry[] | null {
    const first = this.#entries[this.#start];
    if (first === undefined || seq < first.seq - 1) return null;
    const from = this.#start + (seq - first.seq + 1);
    return this.#entries.slice(from, from + limit);
  }

  clear(): void {
    this.#entries = [];
    this.#start = 0;
    this.#length = 0;
  }

  #trim(): void {
    while (this.size > this.#bounds.entries || (this.#length > this.#bounds.length && this.size > 0)) {
      this.#length -= this.#entries[this.#start]?.payload.length ?? 0;
      this.#start += 1;
    }
    if (this.#start > 64 && this.#start * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
  }
}
