import { expect, test } from "bun:test";
import { parsePlainSearch, stringifyPlainSearch } from "./plain-search.ts";

test("a repeated name is a list and comes back in its order", () => {
  const search = parsePlainSearch("?color=green&color=red&q=fix%20it");
  expect(search).toEqual({ color: ["green", "red"], q: "fix it" });
  expect(stringifyPlainSearch(search)).toBe("?color=green&color=red&q=fix+it");
});

test("what is empty leaves no trace", () => {
  expect(stringifyPlainSearch({ q: "", color: [], labelId: undefined })).toBe("");
});

test("a number in the address stays the text that it was", () => {
  expect(parsePlainSearch("?q=007")).toEqual({ q: "007" });
});
