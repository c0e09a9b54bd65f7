import { expect, test } from "bun:test";
import { titlesIn } from "./split-lines.ts";

test("every line is a title, empty ones are none", () => {
  expect(titlesIn("Buy milk\r\n\r\n  Call Ann \nShip")).toEqual(["Buy milk", "Call Ann", "Ship"]);
});

test("bullets, numbers and boxes of a list stay outside", () => {
  expect(titlesIn("- one\n* two\n3. three\n4) four\n- [x] five\n[ ] six\n• seven")).toEqual([
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
  expect(titlesIn("-5 degrees")).toEqual(["-5 degrees"]);
  expect(titlesIn("just this")).toEqual(["just this"]);
});

test("a title is cut at its limit without splitting a character", () => {
  const long = "🙂".repeat(600);
  expect([...(titlesIn(`${long}\nb`)[0] ?? "")]).toHaveLength(500);
});

test("a whole book becomes two hundred tasks at most", () => {
  expect(titlesIn("line\n".repeat(5_000))).toHaveLength(200);
});
