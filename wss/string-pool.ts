/** Beyond, the pool begins anew: what is in use stays alive with who uses it. */
const MAX_STRINGS = 50_000;

/**
 * One copy of each string that many sockets hold: every frame that is parsed brings its own copy of a tenant's id and
 * epoch, which adds up over idle sockets.
 */
export class StringPool {
  readonly #strings = new Map<string, string>();

  one(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    if (this.#strings.size >= MAX_STRINGS) this.#strings.clear();
    this.#strings.set(text, text);
    return text;
  }
}
