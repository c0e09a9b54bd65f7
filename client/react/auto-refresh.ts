import type { Clock } from "../realtime/ports.ts";

/** Repeats an asynchronous run while the page is visible: never two at once, and at once when it becomes visible. */
export class AutoRefresh {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #run: () => Promise<unknown>;
  #running: Promise<void> | null = null;
  #ranAt: number;
  #cancel: (() => void) | null = null;
  #visible: boolean;
  #stopped = false;

  /** `interval` in milliseconds, from the end of one run to the beginning of the next. */
  constructor(clock: Clock, interval: number, run: () => Promise<unknown>, visible: boolean) {
    this.#clock = clock;
    this.#interval = interval;
    this.#run = run;
    this.#ranAt = clock.now();
    this.#visible = visible;
    this.#schedule();
  }

  /** Starts a run, or joins the one under way. Never rejects. */
  now(): Promise<void> {
    this.#cancel?.();
    this.#running ??= this.#runOnce();
    return this.#running;
  }

  setVisible(visible: boolean): void {
    const returns = visible && !this.#visible;
    this.#visible = visible;
    if (returns) void this.now();
    else if (!visible) this.#cancel?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #runOnce(): Promise<void> {
    try {
      await this.#run();
    } catch {
      // The query shows its own error; the next run comes as scheduled.
    }
    this.#running = null;
    this.#ranAt = this.#clock.now();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stopped || !this.#visible || this.#running !== null) return;
    const wait = Math.max(0, this.#ranAt + this.#interval - this.#clock.now());
    this.#cancel = this.#clock.after(wait, () => void this.now());
  }
}
