import { expect, test } from "bun:test";
import { mergeTexts } from "./merge-texts.ts";

const BASE = "# Plan\n\nBuy seeds.\nDig the bed.\n\nWater it.\n";

test("changes of different lines are all merged", () => {
  const mine = BASE.replace("seeds", "beans");
  const theirs = `${BASE}Wait.\n`;
  expect(mergeTexts(BASE, mine, theirs)).toEqual({
    text: "# Plan\n\nBuy beans.\nDig the bed.\n\nWater it.\nWait.\n",
    conflicts: 0,
  });
});

test("changes of different words in one line are merged too", () => {
  const merged = mergeTexts("Dig the old bed.", "Dig the old bed today.", "Dig the new bed.");
  expect(merged.conflicts).toBe(1);
  expect(
    mergeTexts("Dig the old bed now, please.", "Dig the old bed now, quickly.", "Dig the new bed now, please."),
  ).toEqual({
    text: "Dig the new bed now, quickly.",
    conflicts: 0,
  });
});

test("where both changed the same words, both texts are kept", () => {
  const { text, conflicts } = mergeTexts("One\nTwo\n", "One\nMine\n", "One\nTheirs\n");
  expect(conflicts).toBe(1);
  expect(text).toBe("One\nMine\nTheirs\n");
});

test("an equal change is no conflict, and without a base both texts are kept", () => {
  expect(mergeTexts("a\n", "b\n", "b\n")).toEqual({ text: "b\n", conflicts: 0 });
  expect(mergeTexts("", "mine", "theirs").text).toBe("mine theirs");
  expect(mergeTexts("x", "", "y").text).toBe("y");
});
