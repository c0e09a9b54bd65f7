import { expect, test } from "bun:test";
import { parseTitles } from "./split-lines.ts";

test("every line is a title, except empty ones", () => {
  expect(parseTitles("Buy milk\r\n\r\n  Call Ann \nShip")).toEqual(["Buy milk", "Call Ann", "Ship"]);
});

test("list bullets, numbers and check boxes are dropped", () => {
  expect(parseTitles("- one\n* two\n3. three\n4) four\n- [x] five\n[ ] six\n• seven")).toEqual([
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
  ]);
});

test("a hyphen inside a word is no bullet, and one line is one title", () => {
  expect(parseTitles("-5 degrees")).toEqual(["-5 degrees"]);
  expect(parseTitles("just this")).toEqual(["just this"]);
});

test("a title is cut at its limit without splitting a character", () => {
  const long = "🙂".repeat(600);
  expect([...(parseTitles(`${long}\nb`)[0] ?? "")]).toHaveLength(500);
});

test("a long text becomes at most two hundred titles", () => {
  expect(parseTitles("line\n".repeat(5_000))).toHaveLength(200);
});
