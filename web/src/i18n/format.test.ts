import { expect, test } from "bun:test";
import { makeFormat } from "./format.ts";

test("relative times change in steps", () => {
  const format = makeFormat("en");
  expect(format.ago(0, 12_000)).toBe(format.ago(0, 19_000));
  expect(format.ago(0, 3 * 60_000)).toContain("3");
  expect(format.ago(0, 12_000, 1)).toContain("12");
  expect([format.elapsed(0, 12_000), format.elapsed(0, 3 * 60_000)]).toEqual(["12s", "3m"]);
  expect(makeFormat("ru").ago(0, 2 * 3_600_000)).toContain("2");
});
