/** Above this the pool is cleared; strings in use stay alive through their users. */
const MAX_STRINGS = 50_000;

/**
 * Interns strings that many sockets hold. JSON.parse makes a new copy of a tenant's id and epoch for every frame, which
 * adds up over idle sockets.
 */
export class StringPool {
  readonly #strings = new Map<string, string>();

  intern(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    if (this.#strings.size >= MAX_STRINGS) this.#strings.clear();
    this.#strings.set(text, text);
    return text;
  }
}
