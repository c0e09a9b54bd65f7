import type { Clock } from "../../platform/clock/clock.ts";
import type { Owner, Scheduler } from "./scheduler.ts";

/** A process, or a page, of the simulated world: it lives on the world's clock and dies between any two of its awaits. */
export class SimProcess implements Owner {
  readonly name: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  alive = true;
  readonly #ends = new Set<() => void>();

  constructor(name: string, scheduler: Scheduler) {
    this.name = name;
    this.scheduler = scheduler;
    const every = (ms: number, task: () => void): (() => void) => {
      let cancel = () => {};
      const again = () => {
        cancel = scheduler.after(ms, this, () => {
          again();
          task();
        });
      };
      again();
      return () => cancel();
    };
    this.clock = {
      now: () => scheduler.now,
      after: (ms, task) => scheduler.after(ms, this, task),
      every,
    };
  }

  /** Calls `end` when the process dies, however it does. */
  onEnd(end: () => void): () => void {
    this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  /** Ends at once: no timer fires any more, and whatever it awaits never comes. */
  kill(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const end of [...this.#ends]) end();
    this.#ends.clear();
  }
}
