import { describe, expect, test } from "bun:test";
import { CARD_GAP, indexAtHeight, type Sized, shiftOf, stretchOf } from "./list-geometry.ts";

const SIZE = 40;
const STEP = SIZE + CARD_GAP;
const items: Sized[] = [0, 1, 2, 3].map((index) => ({ index, start: index * STEP, size: SIZE }));
const itemAt = (height: number) => items[Math.min(items.length - 1, Math.floor(height / STEP))];

describe("where a dragged card would land", () => {
  test("the upper half of a card is before it, the lower half after it", () => {
    expect(indexAtHeight(5, itemAt, undefined)).toBe(0);
    expect(indexAtHeight(35, itemAt, undefined)).toBe(1);
    expect(indexAtHeight(3 * STEP + 35, itemAt, undefined)).toBe(4);
  });

  test("below everything is the end", () => {
    expect(indexAtHeight(9_999, itemAt, undefined)).toBe(4);
    expect(indexAtHeight(9_999, itemAt, items[1])).toBe(3);
  });

  test("a card held over its own place stays there", () => {
    for (const taken of items) expect(indexAtHeight(taken.start + 2, itemAt, taken)).toBe(taken.index);
  });

  test("an empty list has one place", () => {
    expect(indexAtHeight(100, () => undefined, undefined)).toBe(0);
  });
});

describe("how the list bends", () => {
  test("taking a card out and opening its own gap moves nothing", () => {
    const bend = { taken: 1, takenSize: SIZE, gap: 1, gapSize: SIZE };
    expect([0, 1, 2, 3].map((index) => shiftOf(index, bend))).toEqual([0, 0, 0, 0]);
    expect(stretchOf(bend)).toBe(0);
  });

  test("a gap from another list pushes down what lies behind it", () => {
    const bend = { taken: -1, takenSize: 0, gap: 2, gapSize: 60 };
    expect([0, 1, 2, 3].map((index) => shiftOf(index, bend))).toEqual([0, 0, 68, 68]);
    expect(stretchOf(bend)).toBe(68);
  });
});
