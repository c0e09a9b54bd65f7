import { afterEach, beforeEach, expect, test } from "bun:test";
import { useLocalStorage } from "../testing/local-storage.ts";
import { idOf } from "../testing/things.ts";
import { setUnsentCount, unsentCount } from "./unsent-count.ts";

const [ANN, BOB] = [idOf(1), idOf(2)];
let undo: () => void = () => {};

beforeEach(() => {
  undo = useLocalStorage();
});
afterEach(() => undo());

test("what one person has left is told until that person comes, whoever else does", () => {
  setUnsentCount(ANN, 2);
  expect(unsentCount()).toBe(2);
  setUnsentCount(BOB, 0);
  expect(unsentCount()).toBe(2);
  setUnsentCount(ANN, 0);
  expect(unsentCount()).toBe(0);
});

test("of two people it is told what the last one has left", () => {
  setUnsentCount(ANN, 2);
  setUnsentCount(BOB, 1);
  expect(unsentCount()).toBe(1);
});

test("a count of which it is not known whose it is goes with the next person", () => {
  localStorage.setItem("artel.unsent", "3");
  expect(unsentCount()).toBe(3);
  setUnsentCount(BOB, 0);
  expect(unsentCount()).toBe(0);
});
