/**
 * A map for what nearly always has one entry. The first entry lies in the object itself: an empty Map of JavaScriptCore
 * takes about 300 bytes, which for each idle socket twice is a quarter of what it costs.
 */
export class SmallMap<Value> implements Iterable<[string, Value]> {
  #key: string | null = null;
  #value: Value | undefined;
  #others: Map<string, Value> | null = null;

  constructor(entries: Iterable<readonly [string, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return (this.#key === null ? 0 : 1) + (this.#others?.size ?? 0);
  }

  has(key: string): boolean {
    return this.#key === key || this.#others?.has(key) === true;
  }

  get(key: string): Value | undefined {
    return this.#key === key ? this.#value : this.#others?.get(key);
  }

  set(key: string, value: Value): void {
    if (this.#key === key || (this.#key === null && this.#others?.has(key) !== true)) {
      this.#key = key;
      this.#value = value;
      return;
    }
    this.#others ??= new Map();
    this.#others.set(key, value);
  }

  delete(key: string): void {
    if (this.#key === key) {
      this.#key = null;
      this.#value = undefined;
    } else if (this.#others?.delete(key) && this.#others.size === 0) this.#others = null;
  }

  *keys(): Generator<string, void, void> {
    if (this.#key !== null) yield this.#key;
    if (this.#others !== null) yield* this.#others.keys();
  }

  /** Not in the order of their coming. Gather the entries first if any is deleted on the way. */
  *[Symbol.iterator](): Generator<[string, Value], void, void> {
    for (const key of this.keys()) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }
}

export type ReadonlySmallMap<Value> = Pick<SmallMap<Value>, "size" | "has" | "get" | "keys"> &
  Iterable<[string, Value]>;
