import { describe, expect, test } from "bun:test";
import { CARD_GAP, heightChangeOf, indexAtOffset, type ListItem, offsetOf } from "./list-geometry.ts";

const SIZE = 40;
const STEP = SIZE + CARD_GAP;
const items: ListItem[] = [0, 1, 2, 3].map((index) => ({ index, start: index * STEP, size: SIZE }));
const itemAt = (height: number) => items[Math.min(items.length - 1, Math.floor(height / STEP))];

describe("the drop index of a dragged card", () => {
  test("the upper half of a card means before it, the lower half after it", () => {
    expect(indexAtOffset(5, itemAt, undefined)).toBe(0);
    expect(indexAtOffset(35, itemAt, undefined)).toBe(1);
    expect(indexAtOffset(3 * STEP + 35, itemAt, undefined)).toBe(4);
  });

  test("below the last card it is the end", () => {
    expect(indexAtOffset(9_999, itemAt, undefined)).toBe(4);
    expect(indexAtOffset(9_999, itemAt, items[1])).toBe(3);
  });

  test("a card held over its own place stays there", () => {
    for (const dragged of items) expect(indexAtOffset(dragged.start + 2, itemAt, dragged)).toBe(dragged.index);
  });

  test("an empty list has one position", () => {
    expect(indexAtOffset(100, () => undefined, undefined)).toBe(0);
  });
});

describe("how a drag shifts the list", () => {
  test("the gap at the dragged card's own place moves nothing", () => {
    const layout = { draggedIndex: 1, draggedSize: SIZE, gap: 1, gapSize: SIZE };
    expect([0, 1, 2, 3].map((index) => offsetOf(index, layout))).toEqual([0, 0, 0, 0]);
    expect(heightChangeOf(layout)).toBe(0);
  });

  test("a gap for a card of another list pushes the cards behind it down", () => {
    const layout = { draggedIndex: -1, draggedSize: 0, gap: 2, gapSize: 60 };
    expect([0, 1, 2, 3].map((index) => offsetOf(index, layout))).toEqual([0, 0, 68, 68]);
    expect(heightChangeOf(layout)).toBe(68);
  });
});
