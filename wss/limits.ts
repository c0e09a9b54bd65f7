import type { Rate } from "../platform/config/config.ts";

/** Limits that the protocol does not name. Sizes in bytes, lengths in UTF-16 units, times in milliseconds. */
export const BOUNDS = {
  /** Above the protocol's 64 KiB, so that Bun delivers an oversized frame and the connection closes with 4204. */
  maxPayloadLength: 256 * 1024,
  /** Bun closes a socket whose send queue reaches this. `check` closes it with 4001 above `slowAbove`, long before. */
  backpressureLimit: 4 * 1024 * 1024,
  slowAbove: 1024 * 1024,
  /** A socket that does not drain for this long during a replay is closed with 4001. */
  drainTimeoutMs: 30_000,
  /** A replay resumes below this. */
  resumeBelow: 64 * 1024,
  /** Room for a client that sends `auth` and MAX_SUBSCRIPTIONS × `subscribe` at once, and some more. */
  pendingRequests: 600,
  pendingLength: 512 * 1024,
  /** SOCKET_RATE_LIMIT does not count `auth` and `subscribe`; these do, in the same window. */
  auths: 30,
  subscribes: 1_500,
} as const;

export type RateClass = "auth" | "subscribe" | "other";

/** Fixed-window rate limit of one socket's messages. */
export class RateWindow {
  #endsAt = 0;
  #auths = 0;
  #subscribes = 0;
  #others = 0;

  isOver(now: number): boolean {
    return now >= this.#endsAt;
  }

  /** Counts one message; false above the limit. */
  take(kind: RateClass, rate: Rate, now: number): boolean {
    if (now >= this.#endsAt) {
      this.#endsAt = now + rate.seconds * 1_000;
      this.#auths = 0;
      this.#subscribes = 0;
      this.#others = 0;
    }
    switch (kind) {
      case "auth":
        this.#auths += 1;
        return this.#auths <= BOUNDS.auths;
      case "subscribe":
        this.#subscribes += 1;
        return this.#subscribes <= BOUNDS.subscribes;
      case "other":
        this.#others += 1;
        return this.#others <= rate.points;
    }
  }
}

/**
 * A map from a key to a set of items. Most keys have one item, which is then stored without a Set: a Set would cost
 * each idle socket about 260 bytes, twice.
 */
export class MultiMap<Item extends object> {
  readonly #items = new Map<string, Item | Set<Item>>();

  add(key: string, item: Item): void {
    const found = this.#items.get(key);
    if (found === undefined) this.#items.set(key, item);
    else if (found instanceof Set) found.add(item);
    else if (found !== item) this.#items.set(key, new Set([found, item]));
  }

  remove(key: string, item: Item): void {
    const found = this.#items.get(key);
    if (found === item) this.#items.delete(key);
    else if (found instanceof Set && found.delete(item) && found.size === 0) this.#items.delete(key);
  }

  count(key: string): number {
    const found = this.#items.get(key);
    if (found === undefined) return 0;
    return found instanceof Set ? found.size : 1;
  }

  /** A copy: the caller may add and remove items while iterating. */
  values(key: string): Item[] {
    const found = this.#items.get(key);
    if (found === undefined) return [];
    return found instanceof Set ? [...found] : [found];
  }
}

/** A count per key. */
export class Tally {
  readonly #counts = new Map<string, number>();

  increase(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  decrease(key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
