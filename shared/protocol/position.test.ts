import { expect, test } from "bun:test";
import { comparePositions, follows, isAtLeast, isLaterHistory } from "./position.ts";

const at = (seq: number, epoch = "e1") => ({ epoch, seq });

test("positions are ordered by epoch first and by seq within one", () => {
  const ordered = [at(3), at(12), at(1, "e2"), at(2, "e2")];
  expect(ordered.toReversed().toSorted(comparePositions)).toEqual(ordered);
  expect(comparePositions(at(3), at(3))).toBe(0);
});

test("a position covers what is not above it in its own epoch, and nothing of another", () => {
  expect(isAtLeast(at(3), at(2))).toBe(true);
  expect(isAtLeast(at(3), at(3))).toBe(true);
  expect(isAtLeast(at(3), at(4))).toBe(false);
  expect(isAtLeast(at(9, "e2"), at(1))).toBe(false);
  expect(isAtLeast(at(9), at(1, "e2"))).toBe(false);
});

test("an event follows only the position right below it in its own epoch", () => {
  expect(follows(at(4), at(3))).toBe(true);
  expect(follows(at(3), at(3))).toBe(false);
  expect(follows(at(5), at(3))).toBe(false);
  expect(follows(at(4, "e2"), at(3))).toBe(false);
});

test("a history is later by its epoch alone", () => {
  expect(isLaterHistory(at(1, "e2"), at(9))).toBe(true);
  expect(isLaterHistory(at(9), at(1))).toBe(false);
  expect(isLaterHistory(at(9), at(1, "e2"))).toBe(false);
});
