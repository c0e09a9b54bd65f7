/**
 * A map that almost always has one entry, stored in fields of its own. An empty Map of JavaScriptCore takes about 300
 * bytes; two per idle socket were a quarter of its memory.
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

  /** In no particular order. Copy the entries before deleting during iteration. */
  *[Symbol.iterator](): Generator<[string, Value], void, void> {
    for (const key of this.keys()) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }
}

export type ReadonlySmallMap<Value> = Pick<SmallMap<Value>, "size" | "has" | "get" | "keys"> &
  Iterable<[string, Value]>;
