import { expect, test } from "bun:test";
import { Groups } from "./limits.ts";

test("a group counts its members, one or many, each once, and is gone when it empties", () => {
  const groups = new Groups<{ name: string }>();
  const [a, b] = [{ name: "a" }, { name: "b" }];
  groups.add("k", a);
  groups.add("k", a);
  expect([groups.count("k"), groups.members("k")]).toEqual([1, [a]]);
  groups.remove("k", b);
  groups.add("k", b);
  groups.add("k", b);
  expect([groups.count("k"), groups.members("k")]).toEqual([2, [a, b]]);
  groups.remove("k", a);
  groups.remove("k", b);
  expect([groups.count("k"), groups.members("k"), groups.count("other")]).toEqual([0, [], 0]);
});
