import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Ring } from "./ring.ts";

const entry = (seq: number, size = 1) => ({ seq, payload: "x".repeat(size) });
const seqs = (entries: readonly { seq: number }[] | null) => entries?.map(({ seq }) => seq) ?? null;

describe("Ring", () => {
  test("returns the entries after a seq, or null when it does not reach back", () => {
    const ring = new Ring({ entries: 3, length: 100 });
    for (let seq = 1; seq <= 5; seq += 1) ring.push(entry(seq));
    expect(seqs(ring.after(2, 10))).toEqual([3, 4, 5]);
    expect(seqs(ring.after(3, 1))).toEqual([4]);
    expect(seqs(ring.after(5, 10))).toEqual([]);
    expect(ring.after(1, 10)).toBeNull();
  });

  test("keeps within its length even if one entry is longer", () => {
    const ring = new Ring({ entries: 10, length: 10 });
    ring.push(entry(1, 4));
    ring.push(entry(2, 50));
    expect(ring.size).toBe(0);
    expect(ring.after(1, 10)).toBeNull();
    ring.push(entry(3, 4));
    expect(seqs(ring.after(2, 10))).toEqual([3]);
  });

  test("takes over older entries only if they reach up to its own or to the head", () => {
    const ring = new Ring({ entries: 10, length: 100 });
    ring.backfill([entry(1), entry(2)], 5);
    expect(ring.size).toBe(0);
    ring.push(entry(5));
    ring.backfill([entry(1), entry(2), entry(3)], 5);
    expect(ring.size).toBe(1);
    ring.backfill([entry(2), entry(3), entry(4), entry(5)], 5);
    expect(seqs(ring.after(1, 10))).toEqual([2, 3, 4, 5]);
  });

  test("R2 never returns a run with a gap, whatever was pushed and trimmed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 400 }),
        fc.integer({ min: 0, max: 410 }),
        (sizes, since) => {
          const ring = new Ring({ entries: 70, length: 900 });
          sizes.forEach((size, index) => {
            ring.push(entry(index + 1, size));
          });
          const after = ring.after(since, 1_000);
          if (after === null) return;
          const expected = Array.from({ length: Math.max(0, sizes.length - since) }, (_, index) => since + index + 1);
          expect(seqs(after)).toEqual(expected);
        },
      ),
    );
  });
});
