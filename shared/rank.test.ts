import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareRanked, placeAmong, rankBetween, ranksBetween } from "./rank.ts";

type Sibling = { id: string; rank: string };

const bytes = (text: string) => Buffer.from(text);

test("a rank lies strictly between its neighbours in byte order, whatever was inserted before", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 200 }), (places) => {
      const ranks: string[] = [];
      for (const place of places) {
        const index = place % (ranks.length + 1);
        const rank = rankBetween(ranks[index - 1] ?? null, ranks[index] ?? null);
        ranks.splice(index, 0, rank);
      }
      expect(ranks.toSorted((a, b) => bytes(a).compare(bytes(b)))).toEqual(ranks);
      expect(new Set(ranks).size).toBe(ranks.length);
    }),
  );
});

test("many ranks between two others are in order and all different", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.boolean(), fc.boolean(), (count, open, close) => {
      const [a, b] = ranksBetween(null, null, 2);
      const after = open ? null : (a ?? null);
      const before = close ? null : (b ?? null);
      const ranks = ranksBetween(after, before, count);
      const all = [...(after === null ? [] : [after]), ...ranks, ...(before === null ? [] : [before])];
      expect(all.toSorted()).toEqual(all);
      expect(new Set(all).size).toBe(all.length);
    }),
  );
});

const siblings: Sibling[] = ranksBetween(null, null, 4).map((rank, index) => ({ id: "abcd".charAt(index), rank }));
const gapOf = (beforeId?: string, afterId?: string) => {
  const gap = placeAmong(siblings, { beforeId, afterId });
  return `${gap.after?.id ?? "|"}${gap.before?.id ?? "|"}`;
};

test("directly before, directly after, and the end without either", () => {
  expect([gapOf("a"), gapOf("c"), gapOf(undefined, "a"), gapOf(undefined, "d"), gapOf()]).toEqual([
    "|a",
    "bc",
    "ab",
    "d|",
    "d|",
  ]);
});

test("with both neighbours: after the one if it still sorts before the other, else before the other", () => {
  expect([gapOf("c", "b"), gapOf("d", "a"), gapOf("a", "d"), gapOf("b", "b")]).toEqual(["bc", "ab", "|a", "ab"]);
});

test("a neighbour that is gone leaves the other, and both gone the end", () => {
  expect([gapOf("x", "b"), gapOf("b", "x"), gapOf("x", "y")]).toEqual(["bc", "ab", "d|"]);
});

test("siblings of one rank are ordered by their id", () => {
  const items = [
    { id: "b", rank: "a0" },
    { id: "a", rank: "a0" },
    { id: "c", rank: "Zz" },
  ];
  expect(items.toSorted(compareRanked).map((item) => item.id)).toEqual(["c", "a", "b"]);
});
