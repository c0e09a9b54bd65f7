import type { Clock } from "../platform/clock/clock.ts";

/** So many sockets at once whose token was not looked at yet. What a node takes in a second or two; each waits with a buffer of its own. */
const ARRIVING_AT_MOST = 4_000;
/** Of those that are turned away so many at once are told when to come; the others are only refused. */
const TOLD_AT_MOST = 10_000;
const FIRST_TURN_MS = 500;
/** So many a second are told to come again. */
const TURNS_PER_SECOND = 4_000;

/**
 * The door of a node. When another node dies all its people come at once: what cannot be looked after soon is told when
 * to come again, each at another time, before it costs more than that.
 */
export class Admission {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #arriving = new Set<object>();
  #told = 0;
  #nextTurnAt = 0;

  constructor(clock: Clock, limit: number = ARRIVING_AT_MOST) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#arriving.size >= this.#limit;
  }

  /** Whether even those who are to be told are too many. */
  get isOverrun(): boolean {
    return this.#told >= TOLD_AT_MOST;
  }

  /** In how many milliseconds the next who is turned away may come again. */
  turn(): number {
    const now = this.#clock.now();
    const at = Math.max(now + FIRST_TURN_MS, this.#nextTurnAt);
    this.#nextTurnAt = at + 1_000 / TURNS_PER_SECOND;
    return Math.ceil(at - now);
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
