import { describe, expect, test } from "bun:test";
import { placeAmong } from "../../../shared/rank.ts";
import { clampIndex, indexOfMoved, neighboursAt } from "./placement.ts";

describe("a drop becomes neighbours", () => {
  const ids = ["a", "b", "c", "d"];

  test("between two others it names both", () => {
    expect(neighboursAt(ids, "d", 1)).toEqual({ afterId: "a", beforeId: "b" });
  });

  test("at the ends it names the only neighbour, and none in an empty column", () => {
    expect(neighboursAt(ids, "c", 0)).toEqual({ beforeId: "a" });
    expect(neighboursAt(ids, "a", 3)).toEqual({ afterId: "d" });
    expect(neighboursAt([], "x", 0)).toEqual({});
  });

  test("a drop at its own place changes nothing", () => {
    for (const [index, id] of ids.entries()) expect(neighboursAt(ids, id, index)).toBeNull();
  });

  test("the same index in another column is a move", () => {
    expect(neighboursAt(ids, "x", 4)).toEqual({ afterId: "d" });
  });

  test("an index out of range means the nearest end", () => {
    expect(neighboursAt(ids, "x", 99)).toEqual({ afterId: "d" });
    expect(clampIndex(ids, "a", 99)).toBe(3);
    expect(clampIndex(ids, "x", -1)).toBe(0);
  });

  test("finds the index of the moved one", () => {
    expect(indexOfMoved(ids, "c")).toBe(2);
    expect(indexOfMoved(ids, "x")).toBe(4);
  });
});

test("with a filter a drop lands beside the visible neighbour, whatever is hidden between", () => {
  const siblings = ["a", "hidden1", "b", "hidden2", "c"].map((id, index) => ({ id, rank: `a${index}` }));
  const shown = ["a", "b", "c"];
  const place = neighboursAt(shown, "x", 1);
  expect(place).toEqual({ afterId: "a", beforeId: "b" });
  const gap = placeAmong(siblings, place ?? {});
  expect([gap.after?.id, gap.before?.id]).toEqual(["a", "hidden1"]);
});
