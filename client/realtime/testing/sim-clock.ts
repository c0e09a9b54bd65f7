import type { Clock } from "../ports.ts";

type Task = { readonly at: number; readonly order: number; readonly run: () => void };

/** Resolves after every promise that is ready has run its callbacks. */
export const settle = (): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
};

/** A clock that moves only by `pass`, and runs timers in the order of their times. */
export class SimClock implements Clock {
  #now = Date.parse("2026-01-01T00:00:00.000Z");
  #order = 0;
  readonly #tasks = new Set<Task>();

  readonly now = (): number => this.#now;

  readonly after = (milliseconds: number, run: () => void): (() => void) => {
    this.#order += 1;
    const task = { at: this.#now + Math.max(0, milliseconds), order: this.#order, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  };

  get waiting(): number {
    return this.#tasks.size;
  }

  #next(): Task | undefined {
    let first: Task | undefined;
    for (const task of this.#tasks) {
      if (first === undefined || task.at < first.at || (task.at === first.at && task.order < first.order)) first = task;
    }
    return first;
  }

  /** Advances the time and runs the timers that are due on the way. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const task = this.#next();
      if (task === undefined || task.at > end) break;
      this.#tasks.delete(task);
      this.#now = task.at;
      task.run();
      await settle();
    }
    this.#now = end;
  }
}

/** A seeded random generator of numbers in [0, 1) (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};
