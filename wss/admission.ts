/** So many sockets at once whose token was not looked at yet. What a node takes in a second or two; each waits with a buffer of its own. */
const ARRIVING_AT_MOST = 4_000;
/** Of those that are turned away so many at once are told when to come; the others are only refused. */
const TOLD_AT_MOST = 10_000;
/** Who is turned away comes again after this, spread over this, in milliseconds: most of those before are in by then. */
const TURN_MS = { least: 250, spread: 1_000 } as const;

/**
 * The door of a node. When another node dies all its people come at once: what cannot be looked after soon is told when
 * to come again, each at another time, before it costs more than that.
 */
export class Admission {
  readonly #random: () => number;
  readonly #limit: number;
  readonly #arriving = new Set<object>();
  #told = 0;

  constructor(random: () => number, limit: number = ARRIVING_AT_MOST) {
    this.#random = random;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#arriving.size >= this.#limit;
  }

  /** Whether even those who are to be told are too many. */
  get isOverrun(): boolean {
    return this.#told >= TOLD_AT_MOST;
  }

  /** In how many milliseconds who is turned away may come again. */
  turn(): number {
    return Math.ceil(TURN_MS.least + this.#random() * TURN_MS.spread);
  }

  arrive(connection: object): void {
    this.#arriving.add(connection);
  }

  /** It has shown its token, or is gone. */
  settle(connection: object): void {
    this.#arriving.delete(connection);
  }

  /** Somebody is let in only to be told when to come; the answer ends that. */
  tell(): () => void {
    this.#told += 1;
    return () => {
      this.#told -= 1;
    };
  }
}
