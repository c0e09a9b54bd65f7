import { fullJitter } from "../realtime/backoff.ts";
import type { Clock } from "../realtime/ports.ts";

const FLOOR_MS = 300;

/** The wait after a change that must be sent again; it grows with each that follows without an answer in between. */
export class OutboxPause {
  readonly #deps: { readonly clock: Clock; readonly random: () => number };
  #failures = 0;
  #cancel: (() => void) | null = null;

  constructor(deps: { readonly clock: Clock; readonly random: () => number }) {
    this.#deps = deps;
  }

  get isOn(): boolean {
    return this.#cancel !== null;
  }

  /** Waits this long at least, and then calls `over`. */
  begin(waitMs: number, over: () => void): void {
    this.#failures += 1;
    const wait = Math.max(waitMs, FLOOR_MS) + fullJitter(this.#failures - 1, this.#deps.random);
    this.#cancel?.();
    this.#cancel = this.#deps.clock.after(wait, over);
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
