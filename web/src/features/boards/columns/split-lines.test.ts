import { expect, test } from "bun:test";
import { parseTitles } from "./split-lines.ts";

test("every line is a title, empty ones are none", () => {
  expect(parseTitles("Buy milk\r\n\r\n  Call Ann \nShip")).toEqual(["Buy milk", "Call Ann", "Ship"]);
});

test("bullets, numbers and boxes of a list stay outside", () => {
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

test("a hyphen inside a word is no bullet, and one line offers one title", () => {
  expect(parseTitles("-5 degrees")).toEqual(["-5 degrees"]);
  expect(parseTitles("just this")).toEqual(["just this"]);
});

test("a title is cut at its limit without splitting a character", () => {
  const long = "🙂".repeat(600);
  expect([...(parseTitles(`${long}\nb`)[0] ?? "")]).toHaveLength(500);
});

test("a whole book becomes two hundred tasks at most", () => {
  expect(parseTitles("line\n".repeat(5_000))).toHaveLength(200);
});
