/** What happened in a run: counted always, told step by step when somebody wants to read it. */
export class Trace {
  readonly counts = new Map<string, number>();
  readonly lines: string[] | null;
  readonly #elapsed: () => number;
  #hash = 0x811c9dc5;

  constructor(elapsed: () => number, { isTraced }: { isTraced: boolean }) {
    this.#elapsed = elapsed;
    this.lines = isTraced ? [] : null;
  }

  /** Notes one step. All of them together make the hash by which two runs are compared. */
  note(line: string): void {
    const at = this.#elapsed();
    let hash = this.#hash ^ at;
    for (let index = 0; index < line.length; index += 1) hash = Math.imul(hash ^ line.charCodeAt(index), 0x01000193);
    this.#hash = hash;
    this.lines?.push(`${(at / 1_000).toFixed(3).padStart(8)}  ${line}`);
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Notes and counts something that goes wrong on purpose. */
  fault(what: string, detail = ""): void {
    this.count(what);
    this.note(`! ${what}${detail === "" ? "" : ` ${detail}`}`);
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }
}
