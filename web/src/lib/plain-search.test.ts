import { expect, test } from "bun:test";
import { parsePlainSearch, stringifyPlainSearch } from "./plain-search.ts";

test("a repeated parameter is a list and keeps its order", () => {
  const search = parsePlainSearch("?color=green&color=red&q=fix%20it");
  expect(search).toEqual({ color: ["green", "red"], q: "fix it" });
  expect(stringifyPlainSearch(search)).toBe("?color=green&color=red&q=fix+it");
});

test("empty values are left out", () => {
  expect(stringifyPlainSearch({ q: "", color: [], labelId: undefined })).toBe("");
});

test("a number in the address stays text", () => {
  expect(parsePlainSearch("?q=007")).toEqual({ q: "007" });
});
