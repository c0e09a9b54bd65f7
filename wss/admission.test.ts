import { expect, test } from "bun:test";
import { createManualClock } from "../tests/support/manual-clock.ts";
import { Admission } from "./admission.ts";

const start = (limit?: number) => {
  const clock = createManualClock();
  return { clock, admission: new Admission(clock, limit) };
};

test("is full while as many as it takes have not shown their token", () => {
  const { admission } = start(2);
  const [one, two] = [{}, {}];
  admission.arrive(one);
  expect(admission.isFull).toBe(false);
  admission.arrive(two);
  admission.arrive(two);
  expect(admission.isFull).toBe(true);
  admission.settle(one);
  expect(admission.isFull).toBe(false);
});

test("gives each who is turned away a later turn, at a steady rate", () => {
  const { admission } = start();
  const turns = Array.from({ length: 6_000 }, () => admission.turn());
  expect(turns[0]).toBe(500);
  expect(turns).toEqual(turns.toSorted((a, b) => a - b));
  expect(turns.at(-1)).toBe(2_000);
});

test("forgets turns that are over", async () => {
  const { clock, admission } = start();
  for (let count = 0; count < 4_000; count += 1) admission.turn();
  await clock.advance(5_000);
  expect(admission.turn()).toBe(500);
});

test("does not even tell more than it can", () => {
  const { admission } = start();
  const ends = Array.from({ length: 10_000 }, () => admission.tell());
  expect(admission.isOverrun).toBe(true);
  ends[0]?.();
  expect(admission.isOverrun).toBe(false);
});
