import { expect, test } from "bun:test";
import { MultiMap } from "./limits.ts";

test("a MultiMap holds each item of a key once, and forgets a key without items", () => {
  const map = new MultiMap<{ name: string }>();
  const [a, b] = [{ name: "a" }, { name: "b" }];
  map.add("k", a);
  map.add("k", a);
  expect([map.count("k"), map.values("k")]).toEqual([1, [a]]);
  map.remove("k", b);
  map.add("k", b);
  map.add("k", b);
  expect([map.count("k"), map.values("k")]).toEqual([2, [a, b]]);
  map.remove("k", a);
  map.remove("k", b);
  expect([map.count("k"), map.values("k"), map.count("other")]).toEqual([0, [], 0]);
});
