import type { Clock } from "../realtime/ports.ts";

/** Runs something again and again while it is seen: never two at once, and at once when it is seen again. */
export class AutoRefresh {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #run: () => Promise<unknown>;
  #running: Promise<void> | null = null;
  #ranAt: number;
  #cancel: (() => void) | null = null;
  #seen: boolean;
  #stopped = false;

  /** `interval` in milliseconds, from the end of one run to the beginning of the next. */
  constructor(clock: Clock, interval: number, run: () => Promise<unknown>, seen: boolean) {
    this.#clock = clock;
    this.#interval = interval;
    this.#run = run;
    this.#ranAt = clock.now();
    this.#seen = seen;
    this.#plan();
  }

  /** Runs now; while it is running already, that run counts. Never rejects. */
  now(): Promise<void> {
    this.#cancel?.();
    this.#running ??= this.#once();
    return this.#running;
  }

  setSeen(seen: boolean): void {
    const returns = seen && !this.#seen;
    this.#seen = seen;
    if (returns) void this.now();
    else if (!seen) this.#cancel?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #once(): Promise<void> {
    try {
      await this.#run();
    } catch {
      // What failed says so where it is shown; the next run comes as planned.
    }
    this.#running = null;
    this.#ranAt = this.#clock.now();
    this.#plan();
  }

  #plan(): void {
    if (this.#stopped || !this.#seen || this.#running !== null) return;
    const wait = Math.max(0, this.#ranAt + this.#interval - this.#clock.now());
    this.#cancel = this.#clock.after(wait, () => void this.now());
  }
}
