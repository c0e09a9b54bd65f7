import { fullJitter } from "../../realtime/backoff.ts";
import type { Clock } from "../../realtime/ports.ts";

const FLOOR_MS = 300;

/** The wait before an unanswered mutation is sent again; it grows with each failure until an answer comes. */
export class RetryBackoff {
  readonly #deps: { readonly clock: Clock; readonly random: () => number };
  #failures = 0;
  #until = 0;
  #cancel: (() => void) | null = null;

  constructor(deps: { readonly clock: Clock; readonly random: () => number }) {
    this.#deps = deps;
  }

  get isWaiting(): boolean {
    return this.#cancel !== null;
  }

  /** Waits at least `waitMs`, then calls `over`. Requests that fail side by side count as one failure. */
  begin(waitMs: number, over: () => void): void {
    const { clock, random } = this.#deps;
    if (this.isWaiting && clock.now() + waitMs <= this.#until) return;
    const wait = Math.max(waitMs, FLOOR_MS) + fullJitter(this.#failures, random);
    if (!this.isWaiting) this.#failures += 1;
    this.#cancel?.();
    this.#until = clock.now() + wait;
    this.#cancel = clock.after(wait, over);
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** The server answers. */
  answered(): void {
    this.#failures = 0;
  }
}
