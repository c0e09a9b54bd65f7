import { expect, test } from "bun:test";
import { type TaskFilter, taskFilterSchema, taskMatcher } from "./filters.ts";

const task = {
  title: "Große Aufgabe",
  description: "with a note",
  color: "green",
  labelIds: [],
  assigneeIds: [],
  columnId: "01900000-0000-7000-8000-000000000001",
  dueAt: "2026-03-01T00:00:00.000Z",
  archivedAt: null,
} as unknown as Parameters<ReturnType<typeof taskMatcher>>[0];

const passes = (filter: TaskFilter) => taskMatcher(filter)(task);

test("choices of one filter are joined by or, different filters by and", () => {
  expect(passes({ color: ["red", "green"] })).toBeTrue();
  expect(passes({ color: ["red", "green"], q: "nothing" })).toBeFalse();
});

test("dueAfter includes its instant, dueBefore does not", () => {
  expect(passes({ dueAfter: "2026-03-01T00:00:00.000Z" })).toBeTrue();
  expect(passes({ dueBefore: "2026-03-01T00:00:00.000Z" })).toBeFalse();
});

test("a search looks into title and description whatever the case", () => {
  expect(passes({ q: "GROSSE" })).toBeTrue();
  expect(passes({ q: "A NOTE" })).toBeTrue();
  expect(passes({ q: "aufgabe\nwith" })).toBeFalse();
});

test("archived tasks pass only where they are asked for", () => {
  expect(passes({ archived: true })).toBeFalse();
  expect(taskMatcher({ archived: true })({ ...task, archivedAt: "2026-03-01T00:00:00.000Z" })).toBeTrue();
  expect(taskMatcher({})({ ...task, archivedAt: "2026-03-01T00:00:00.000Z" })).toBeFalse();
});

test("one value of a query string is a list of one; instants may have an offset", () => {
  expect(taskFilterSchema.parse({ color: "red", dueAfter: "2026-03-01T02:00:00+02:00" })).toEqual({
    color: ["red"],
    dueAfter: "2026-03-01T00:00:00.000Z",
  });
});
