/**
 * Counts the histories that ended. A read is stamped with the count at its beginning, so that a read that began before a
 * reset is told from those after it. The realtime client and the snapshots of a page share one.
 */
export class GenerationCounter {
  #current = 0;

  get current(): number {
    return this.#current;
  }

  /** Begins another generation and returns it. */
  next(): number {
    this.#current += 1;
    return this.#current;
  }
}
