import { expect, test } from "bun:test";
import fc from "fast-check";
import { foldCase, line, prose } from "./text.ts";

test("a line is trimmed and counted in characters, not in code units", () => {
  const schema = line(1, 3);
  expect(schema.parse("  🙂🙂🙂 ")).toBe("🙂🙂🙂");
  for (const bad of ["", "   ", "🙂🙂🙂🙂", "a\u0000", "\ud800"]) expect(schema.safeParse(bad).success).toBeFalse();
});

test("prose is counted in bytes and kept as it was written", () => {
  const schema = prose(4);
  expect(schema.parse(" жж".slice(1))).toBe("жж");
  expect(schema.parse(" \n ")).toBe(" \n ");
  expect(schema.safeParse("жжж").success).toBeFalse();
});

test("folding joins what differs in case alone, in every script", () => {
  for (const [a, b] of [
    ["Straße", "STRASSE"],
    ["ΟΔΟΣ", "οδος"],
    ["ЁЛКА", "ёлка"],
    ["é", "É"],
    ["ﬁne", "FINE"],
    ["ῗ", "ῗ".toUpperCase()],
  ] as const) {
    expect(foldCase(a)).toBe(foldCase(b));
  }
});

test("folding folded text changes nothing, and case never matters to it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const folded = foldCase(text);
      expect(foldCase(folded)).toBe(folded);
      expect(foldCase(text.toUpperCase())).toBe(folded);
    }),
  );
});
