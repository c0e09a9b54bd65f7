import { describe, expect, test } from "bun:test";
import type { UserId } from "../../../../shared/ids.ts";
import { parsePlainSearch, stringifyPlainSearch } from "../../lib/plain-search.ts";
import { chosenCount, isFiltering, readFilterSearch, toggleAssignee, toggleColor, withQuery } from "./filter-search.ts";

const ann = "01920000-0000-7000-8000-000000000001" as UserId;

describe("the filter in the address", () => {
  test("round-trips through a query string with the names of the REST API", () => {
    const search = readFilterSearch({ color: ["green", "red"], assigneeId: ann, q: "Straße & co" });
    const text = stringifyPlainSearch(search);
    expect(text).toBe(`?color=green&color=red&assigneeId=${ann}&q=Stra%C3%9Fe+%26+co`);
    expect(readFilterSearch(parsePlainSearch(text))).toEqual(search);
  });

  test("drops unknown parameters instead of failing", () => {
    expect(readFilterSearch({ color: ["mauve", "red", "red"], labelId: "7", q: 5 })).toEqual({ color: ["red"] });
  });

  test("toggling twice leaves nothing behind", () => {
    const once = toggleColor({}, "teal");
    expect(once).toEqual({ color: ["teal"] });
    expect(toggleColor(once, "teal")).toEqual({});
    expect(isFiltering(toggleAssignee(toggleAssignee({}, ann), ann))).toBe(false);
  });

  test("counts the chosen values", () => {
    expect(chosenCount(withQuery(toggleColor(toggleColor({}, "red"), "blue"), "x"))).toBe(3);
  });
});
