import { expect, test } from "bun:test";
import { SimClock } from "../../realtime/testing/sim-clock.ts";
import { RetryBackoff } from "./retry-backoff.ts";

/** With the longest waits that jitter can give; `overs` holds how long each took. */
const pausing = () => {
  const clock = new SimClock();
  const overs: number[] = [];
  const pause = new RetryBackoff({ clock, random: () => 0.999 });
  const fail = (waitMs = 0) => {
    const at = clock.now();
    pause.begin(waitMs, () => {
      pause.end();
      overs.push(clock.now() - at);
    });
  };
  return { clock, overs, pause, fail };
};

test("requests that fail side by side are one failure: the wait is as long as after one", async () => {
  const { clock, overs, fail } = pausing();
  for (let request = 0; request < 4; request += 1) fail();
  await clock.pass(60_000);
  expect(overs).toEqual([1_299]);
});

test("the wait grows with each failure that follows without an answer, and begins anew after an answer", async () => {
  const { clock, overs, pause, fail } = pausing();
  for (let round = 0; round < 3; round += 1) {
    fail();
    await clock.pass(60_000);
  }
  pause.answered();
  fail();
  await clock.pass(60_000);
  expect(overs).toEqual([1_299, 2_298, 4_296, 1_299]);
});

test("a wait that the server asks for prolongs one that is on, and a shorter one does not cut it short", async () => {
  const { clock, overs, fail } = pausing();
  fail();
  fail(30_000);
  fail(1_000);
  await clock.pass(60_000);
  // With jitter: clients that are refused together do not come back together.
  expect(overs).toEqual([31_998]);
});
