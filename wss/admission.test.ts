import { expect, test } from "bun:test";
import { Admission } from "./admission.ts";

test("is full while as many as it takes have not shown their token", () => {
  const admission = new Admission(Math.random, 2);
  const [one, two] = [{}, {}];
  admission.arrive(one);
  expect(admission.isFull).toBe(false);
  admission.arrive(two);
  admission.arrive(two);
  expect(admission.isFull).toBe(true);
  admission.settle(one);
  expect(admission.isFull).toBe(false);
});

test("spreads those who are turned away over a second, and none comes at once", () => {
  const turns = [0, 0.5, 0.999].map((random) => new Admission(() => random).turn());
  expect(turns).toEqual([250, 750, 1_249]);
});

test("does not even tell more than it can", () => {
  const admission = new Admission(Math.random);
  const ends = Array.from({ length: 10_000 }, () => admission.tell());
  expect(admission.isOverrun).toBe(true);
  ends[0]?.();
  expect(admission.isOverrun).toBe(false);
});
