import { expect, test } from "bun:test";
import { en } from "../app/en.ts";
import { ru } from "../app/ru.ts";
import { makeTranslate } from "./translator.ts";

const english = makeTranslate("en", en);
const russian = makeTranslate("ru", ru);

test("a count selects the language's plural", () => {
  expect(english("column.count", { count: 1 })).toBe("1 task");
  expect(english("column.count", { count: 12_000 })).toBe("12,000 tasks");
  expect([1, 3, 5, 21].map((count) => russian("column.count", { count }))).toEqual([
    "1 задача",
    "3 задачи",
    "5 задач",
    "21 задача",
  ]);
});

test("keys with dots and values with dollar signs are taken literally", () => {
  expect(english("refused.what.task.move", { title: "$& {name}" })).toBe("“$& {name}” was moved back.");
});
