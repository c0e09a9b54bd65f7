import { drainMicrotasks } from "bun:jsc";
import { seeded } from "../../client/realtime/testing/sim-clock.ts";

/** Whoever a task belongs to: a process, a page, the network. What it planned dies with it. */
export type Owner = { readonly name: string; alive: boolean };

type Task = { readonly at: number; readonly order: number; readonly owner: Owner; run: (() => void) | null };

const STARTS_AT = Date.parse("2026-01-31T09:30:00.000Z");

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Virtual time for one world. Tasks that are due in the same millisecond run in an order that the seed decides; only
 * those of one owner keep theirs, as timers of one process do. After each task all promises go on as far as they can.
 */
export class Scheduler {
  readonly #random: () => number;
  readonly #onThrow: (error: unknown) => void;
  readonly #heap: Task[] = [];
  #now = STARTS_AT;
  #order = 0;

  /** `onThrow` is told of what a task throws: in a real process nobody would catch it. */
  constructor(seed: number, onThrow: (error: unknown) => void) {
    this.#random = seeded(seed);
    this.#onThrow = onThrow;
  }

  get now(): number {
    return this.#now;
  }

  /** Milliseconds since the world began. */
  get elapsed(): number {
    return this.#now - STARTS_AT;
  }

  readonly random = (): number => this.#random();

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** A whole number from `least` up to, but without, `bound`. */
  between(least: number, bound: number): number {
    return least + Math.floor(this.#random() * Math.max(0, bound - least));
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.between(0, items.length)];
  }

  after(ms: number, owner: Owner, run: () => void): () => void {
    this.#order += 1;
    const task: Task = { at: this.#now + Math.max(0, Math.ceil(ms)), order: this.#order, owner, run };
    this.#push(task);
    return () => {
      task.run = null;
    };
  }

  /** Resolves after `ms`, or never when the owner dies before. */
  wait(ms: number, owner: Owner): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.after(ms, owner, resolve);
    return promise;
  }

  /** Lets this much time pass, and all that becomes due in it happen. */
  pass(ms: number): void {
    const end = this.#now + ms;
    drainMicrotasks();
    for (let task = this.#next(end); task !== null; task = this.#next(end)) {
      this.#now = task.at;
      const { run } = task;
      task.run = null;
      try {
        run?.();
      } catch (error) {
        this.#onThrow(error);
      }
      drainMicrotasks();
    }
    this.#now = end;
  }

  #next(end: number): Task | null {
    const first = this.#popLive(end);
    if (first === null) return null;
    let others: Task[] | null = null;
    for (let top = this.#heap[0]; top !== undefined && top.at === first.at; top = this.#heap[0]) {
      this.#pop();
      if (top.run === null || !top.owner.alive) continue;
      others ??= [];
      others.push(top);
    }
    if (others === null) return first;
    const owners = new Map<Owner, Task>([[first.owner, first]]);
    for (const task of others) if (!owners.has(task.owner)) owners.set(task.owner, task);
    const chosen = this.pick([...owners.values()]) ?? first;
    for (const task of [first, ...others]) if (task !== chosen) this.#push(task);
    return chosen;
  }

  #popLive(end: number): Task | null {
    for (let top = this.#heap[0]; top !== undefined && top.at <= end; top = this.#heap[0]) {
      this.#pop();
      if (top.run !== null && top.owner.alive) return top;
    }
    return null;
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(task);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(task, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, left)) child += 1;
      const least = heap[child];
      if (least === undefined || !isBefore(least, last)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
  }
}
