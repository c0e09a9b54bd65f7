import { afterEach, beforeEach, expect, test } from "bun:test";
import { useLocalStorage } from "../testing/local-storage.ts";
import { idOf } from "../testing/things.ts";
import { noteUnsent, unsentHere } from "./unsent-hint.ts";

const [ANN, BOB] = [idOf(1), idOf(2)];
let undo: () => void = () => {};

beforeEach(() => {
  undo = useLocalStorage();
});
afterEach(() => undo());

test("what one person has left is told until that person comes, whoever else does", () => {
  noteUnsent(ANN, 2);
  expect(unsentHere()).toBe(2);
  noteUnsent(BOB, 0);
  expect(unsentHere()).toBe(2);
  noteUnsent(ANN, 0);
  expect(unsentHere()).toBe(0);
});

test("of two people it is told what the last one has left", () => {
  noteUnsent(ANN, 2);
  noteUnsent(BOB, 1);
  expect(unsentHere()).toBe(1);
});

test("a count of which it is not known whose it is goes with the next person", () => {
  localStorage.setItem("artel.unsent", "3");
  expect(unsentHere()).toBe(3);
  noteUnsent(BOB, 0);
  expect(unsentHere()).toBe(0);
});
