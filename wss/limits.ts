import type { Rate } from "../platform/config/config.ts";

/** Bounds of one node that clients cannot see but run into. Sizes are in bytes, times in milliseconds. */
export const BOUNDS = {
  /** Above the 64 KiB of the protocol, so that the frame is seen and refused with a code of our own. */
  maxPayloadLength: 256 * 1024,
  /** What waits for one slow reader, at most; above `slowAt` it is closed. Nothing may ever be dropped silently. */
  backpressureLimit: 4 * 1024 * 1024,
  slowAt: 1024 * 1024,
  /** How long a replay waits for a reader that takes nothing. */
  drainMs: 30_000,
  /** A replay goes on below this. */
  roomBelow: 64 * 1024,
  /** One flight on connecting: `auth` and as many `subscribe` as there may be, with something to spare. */
  waitingMessages: 600,
  waitingLength: 512 * 1024,
  /** `auth` and `subscribe` are apart from the socket's rate, but not without one. */
  auths: 30,
  subscribes: 1_500,
} as const;

export type RateClass = "auth" | "subscribe" | "other";

/** Counts a socket's messages in windows of fixed length. */
export class RateWindow {
  #endsAt = 0;
  #auths = 0;
  #subscribes = 0;
  #others = 0;

  /** Whether what was counted no longer matters. */
  isOver(now: number): boolean {
    return now >= this.#endsAt;
  }

  /** Counts one message; false when it is one too many. */
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
 * Groups things under keys; a group that empties is gone. Nearly every group has one member, which then stands there
 * itself: a Set would cost each idle socket about 260 bytes, twice.
 */
export class Groups<Item extends object> {
  readonly #groups = new Map<string, Item | Set<Item>>();

  add(key: string, item: Item): void {
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, item);
    else if (group instanceof Set) group.add(item);
    else if (group !== item) this.#groups.set(key, new Set([group, item]));
  }

  remove(key: string, item: Item): void {
    const group = this.#groups.get(key);
    if (group === item) this.#groups.delete(key);
    else if (group instanceof Set && group.delete(item) && group.size === 0) this.#groups.delete(key);
  }

  count(key: string): number {
    const group = this.#groups.get(key);
    if (group === undefined) return 0;
    return group instanceof Set ? group.size : 1;
  }

  /** The group as it is now: it may be changed while it is gone through. */
  members(key: string): Item[] {
    const group = this.#groups.get(key);
    if (group === undefined) return [];
    return group instanceof Set ? [...group] : [group];
  }
}

/** Counts by key, for what needs no list. */
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
