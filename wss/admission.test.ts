import { expect, test } from "bun:test";
import { createManualClock } from "../tests/support/manual-clock.ts";
import { Admission } from "./admission.ts";

const start = ({ random = Math.random, limit }: { random?: () => number; limit?: number } = {}) => {
  const clock = createManualClock();
  return { clock, admission: new Admission({ clock, random }, limit) };
};

test("is full while as many as it takes have not shown their token", () => {
  const { admission } = start({ limit: 2 });
  const [one, two] = [{}, {}];
  admission.arrive(one);
  expect(admission.isFull).toBe(false);
  admission.arrive(two);
  admission.arrive(two);
  expect(admission.isFull).toBe(true);
  admission.settle(one);
  expect(admission.isFull).toBe(false);
});

test("spreads those who are turned away, and none comes at once", () => {
  const waits = [0, 0.5, 0.999].map((random) => start({ random: () => random }).admission.turnAway());
  expect(waits).toEqual([250, 750, 1_249]);
});

test("spreads a crowd over as long as it takes to let it in", async () => {
  const { clock, admission } = start({ random: () => 1 });
  const waits = Array.from({ length: 12_000 }, () => admission.turnAway());
  expect([waits[0], waits.at(-1)]).toEqual([1_250, 1_750]);
  await clock.advance(4_000);
  expect(admission.turnAway()).toBe(1_250);
});

test("tells nobody any more when too many are awaited", async () => {
  const { clock, admission } = start();
  for (let count = 0; count < 20_000; count += 1) admission.turnAway();
  expect(admission.turnAway()).toBeNull();
  await clock.advance(6_000);
  expect(admission.turnAway()).not.toBeNull();
});
