import type { Owner, Scheduler } from "./scheduler.ts";

/** What a message takes at most where nothing is wrong, in milliseconds. */
export const LATENCY_MS = 4;

type Piece = { readonly order: number; readonly run: () => void };

/** One direction of a connection: in order, with delays, and stalling when it must. */
export class Direction {
  readonly #scheduler: Scheduler;
  readonly #owner: Owner;
  readonly #onRoom: () => void;
  readonly #held: Piece[] = [];
  #order = 0;
  #at = 0;
  delay = 0;
  /** While true nothing arrives, and nothing is lost. */
  isStalled = false;
  buffered = 0;

  constructor(scheduler: Scheduler, owner: Owner, onRoom: () => void) {
    this.#scheduler = scheduler;
    this.#owner = owner;
    this.#onRoom = onRoom;
  }

  send(weight: number, run: () => void): void {
    this.#order += 1;
    const piece: Piece = { order: this.#order, run };
    if (this.isStalled) {
      this.#held.push(piece);
      this.buffered += weight;
    } else this.#carry(piece);
  }

  resume(): void {
    if (!this.isStalled) return;
    this.isStalled = false;
    this.buffered = 0;
    // What was on its way when the stream stalled was sent before what came later, and held after it.
    for (const piece of this.#held.splice(0).sort((a, b) => a.order - b.order)) this.#carry(piece);
    this.#onRoom();
  }

  #carry(piece: Piece): void {
    const delay = this.#scheduler.between(0, LATENCY_MS) + this.#scheduler.between(0, this.delay);
    this.#at = Math.max(this.#at, this.#scheduler.now + delay);
    this.#scheduler.after(this.#at - this.#scheduler.now, this.#owner, () => {
      if (this.isStalled) this.#held.push(piece);
      else piece.run();
    });
  }
}
