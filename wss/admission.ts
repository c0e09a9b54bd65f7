import type { Clock } from "../platform/clock/clock.ts";

/** So many sockets at once whose token was not looked at yet. What a node takes in a second or two; each waits with a buffer of its own. */
const ARRIVING_AT_MOST = 4_000;
/** About so many a second come in. Who is turned away waits the longer the more wait already. */
const PER_SECOND = 8_000;
/** When so many wait, sockets are only refused. */
const AWAITED_AT_MOST = 20_000;
const WAIT_MS = { least: 250, spreadAtLeast: 1_000 } as const;

/**
 * The door of a node. When another node dies all its people come at once: what cannot be looked after soon is told when
 * to come again, before it costs more than that.
 */
export class Admission {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #limit: number;
  readonly #arriving = new Set<object>();
  /** How many were told to come and have not had their turn, as of `#countedAt`. */
  #awaited = 0;
  #countedAt = 0;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: () => number }, limit = ARRIVING_AT_MOST) {
    this.#clock = clock;
    this.#random = random;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#arriving.size >= this.#limit;
  }

  /** Turns somebody away: answers in how many milliseconds to come again, `null` when too many are awaited already. */
  turnAway(): number | null {
    const now = this.#clock.now();
    this.#awaited = Math.max(0, this.#awaited - ((now - this.#countedAt) * PER_SECOND) / 1_000);
    this.#countedAt = now;
    if (this.#awaited >= AWAITED_AT_MOST) return null;
    this.#awaited += 1;
    const spread = Math.max(WAIT_MS.spreadAtLeast, (this.#awaited / PER_SECOND) * 1_000);
    return Math.ceil(WAIT_MS.least + this.#random() * spread);
  }

  arrive(connection: object): void {
    this.#arriving.add(connection);
  }

  /** It has shown its token, or is gone. */
  settle(connection: object): void {
    this.#arriving.delete(connection);
  }
}
