/** So many sockets at once whose token was not looked at yet. What a node takes in a second or two; each waits with a buffer of its own. */
const ARRIVING_AT_MOST = 4_000;

/**
 * The door of a node. When another node dies all its people come at once: what cannot be looked after soon is told to
 * come again, before it costs more than a refusal.
 */
export class Admission {
  readonly #limit: number;
  readonly #arriving = new Set<object>();

  constructor(limit: number = ARRIVING_AT_MOST) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#arriving.size >= this.#limit;
  }

  arrive(connection: object): void {
    this.#arriving.add(connection);
  }

  /** It has shown its token, or is gone. */
  settle(connection: object): void {
    this.#arriving.delete(connection);
  }
}
