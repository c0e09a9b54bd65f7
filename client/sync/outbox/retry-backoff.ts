import { fullJitter } from "../../realtime/backoff.ts";
import type { Clock } from "../../realtime/ports.ts";

const FLOOR_MS = 300;

/** The wait after a change that must be sent again; it grows with each that follows without an answer in between. */
export class OutboxPause {
  readonly #deps: { readonly clock: Clock; readonly random: () => number };
  #failures = 0;
  #until = 0;
  #cancel: (() => void) | null = null;

  constructor(deps: { readonly clock: Clock; readonly random: () => number }) {
    this.#deps = deps;
  }

  get isOn(): boolean {
    return this.#cancel !== null;
  }

  /** Waits this long at least, and then calls `over`. What fails side by side has failed once. */
  begin(waitMs: number, over: () => void): void {
    const { clock, random } = this.#deps;
    if (this.isOn && clock.now() + waitMs <= this.#until) return;
    const wait = Math.max(waitMs, FLOOR_MS) + fullJitter(this.#failures, random);
    if (!this.isOn) this.#failures += 1;
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
