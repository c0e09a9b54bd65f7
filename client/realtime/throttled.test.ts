import { expect, test } from "bun:test";
import { SimClock } from "./testing/sim-clock.ts";
import { throttled } from "./throttled.ts";

test("a burst runs once at once and once at its end", async () => {
  const clock = new SimClock();
  const ranAt: number[] = [];
  const start = clock.now();
  const each = throttled(clock, 3_000, () => ranAt.push(clock.now() - start));
  for (let time = 0; time < 1_000; time += 100) {
    each.ask();
    await clock.pass(100);
  }
  await clock.pass(10_000);
  each.ask();
  each.ask();
  each.cancel();
  await clock.pass(10_000);
  expect(ranAt).toEqual([0, 3_000, 11_000]);
});
