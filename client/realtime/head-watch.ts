/**
 * Before each heartbeat of a stream comes a comment. One that no heartbeat follows says that the server lives but cannot
 * tell now whether it has handed on everything.
 */
export class HeadWatch {
  #named = false;

  /** The head was told, or where the stream goes on from. */
  named(): void {
    this.#named = true;
  }

  /** Hears a comment; answers whether the one before was left without a head. */
  misses(comment: string): boolean {
    if (comment.trim() !== "heartbeat") return false;
    const misses = !this.#named;
    this.#named = false;
    return misses;
  }
}
