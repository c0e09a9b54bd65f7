import { expect, test } from "bun:test";
import { queryAt, suggestPeople } from "./mention-query.ts";

const people = ["Anna Petrova", "Олег Ильин", "Straße O'Brien", "Bea", "Ben"].map((name) => ({ id: name, name }));
const suggested = (text: string, first: string[] = []) => suggestPeople(people, first, text).map(({ name }) => name);

test("the query is the text between the last @ and the caret", () => {
  expect(queryAt("hi @an Pe, x", 9)).toEqual({ start: 3, text: "an Pe" });
  expect(queryAt("@", 1)).toEqual({ start: 0, text: "" });
  expect(queryAt("@a @b", 5)).toEqual({ start: 3, text: "b" });
});

test("there is no query before an @, in an address or across lines", () => {
  expect(queryAt("@a", 0)).toBeNull();
  expect(queryAt("me@ex", 5)).toBeNull();
  expect(queryAt("@a\nb", 4)).toBeNull();
  expect(queryAt(`@${"a".repeat(200)}`, 201)).toBeNull();
});

test("a prefix of any word finds a person in every script and case", () => {
  expect(suggested("ANN")).toEqual(["Anna Petrova"]);
  expect(suggested("pet")).toEqual(["Anna Petrova"]);
  expect(suggested("anna pe")).toEqual(["Anna Petrova"]);
  expect(suggested("иЛ")).toEqual(["Олег Ильин"]);
  expect(suggested("STRASS")).toEqual(["Straße O'Brien"]);
  expect(suggested("brien")).toEqual(["Straße O'Brien"]);
  expect(suggested("nna")).toEqual([]);
  expect(suggested(" ")).toEqual([]);
});

test("the people of `first` come first in its order", () => {
  expect(suggested("", ["Ben", "Bea"])).toEqual(["Ben", "Bea", "Anna Petrova", "Олег Ильин", "Straße O'Brien"]);
  expect(suggested("be", ["Ben"])).toEqual(["Ben", "Bea"]);
});

test("at most eight people are suggested", () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ id: `${index}`, name: `Anna ${index}` }));
  expect(suggestPeople(many, ["19"], "a").map(({ id }) => id)).toEqual(["19", "0", "1", "2", "3", "4", "5", "6"]);
});
