import { expect, test } from "bun:test";
import { createManualClock } from "../tests/support/manual-clock.ts";
import { Admission } from "./admission.ts";

const start = ({ random = Math.random, limit }: { random?: () => number; limit?: number } = {}) => {
  const clock = createManualClock();
  return { clock, admission: new Admission({ clock, random }, limit) };
};

test("is full while the limit of sockets is not authenticated", () => {
  const { admission } = start({ limit: 2 });
  const [one, two] = [{}, {}];
  admission.add(one);
  expect(admission.isFull).toBe(false);
  admission.add(two);
  admission.add(two);
  expect(admission.isFull).toBe(true);
  admission.remove(one);
  expect(admission.isFull).toBe(false);
});

test("spreads the retries of rejected clients, and none is immediate", () => {
  const waits = [0, 0.5, 0.999].map((random) => start({ random: () => random }).admission.scheduleRetry());
  expect(waits).toEqual([250, 750, 1_249]);
});

test("spreads a crowd over the time that a node needs to admit it", async () => {
  const { clock, admission } = start({ random: () => 1 });
  const waits = Array.from({ length: 12_000 }, () => admission.scheduleRetry());
  expect([waits[0], waits.at(-1)]).toEqual([1_250, 1_750]);
  await clock.advance(4_000);
  expect(admission.scheduleRetry()).toBe(1_250);
});

test("schedules no retry when the backlog is full", async () => {
  const { clock, admission } = start();
  for (let count = 0; count < 20_000; count += 1) admission.scheduleRetry();
  expect(admission.scheduleRetry()).toBeNull();
  await clock.advance(6_000);
  expect(admission.scheduleRetry()).not.toBeNull();
});
