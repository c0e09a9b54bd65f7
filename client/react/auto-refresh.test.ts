import { expect, test } from "bun:test";
import { SimClock } from "../realtime/testing/sim-clock.ts";
import { AutoRefresh } from "./auto-refresh.ts";

const refreshing = (interval = 30_000) => {
  const clock = new SimClock();
  const runs: number[] = [];
  const state = { running: 0, mostAtOnce: 0, duration: 0, fails: false };
  const refresh = new AutoRefresh(
    clock,
    interval,
    async () => {
      runs.push(clock.now());
      state.running += 1;
      state.mostAtOnce = Math.max(state.mostAtOnce, state.running);
      if (state.duration > 0) await new Promise<void>((resolve) => void clock.after(state.duration, resolve));
      state.running -= 1;
      if (state.fails) throw new Error("no");
    },
    true,
  );
  return { clock, runs, state, refresh };
};

test("runs at its interval, from the end of one run to the beginning of the next", async () => {
  const { clock, runs, state } = refreshing();
  state.duration = 10_000;
  await clock.pass(30_000);
  expect(runs).toHaveLength(1);
  await clock.pass(39_999);
  expect(runs).toHaveLength(1);
  await clock.pass(1);
  expect(runs).toHaveLength(2);
});

test("a hidden page runs nothing, and one that becomes visible runs at once", async () => {
  const { clock, runs, refresh } = refreshing();
  refresh.setVisible(false);
  await clock.pass(600_000);
  expect(runs).toEqual([]);
  refresh.setVisible(true);
  expect(runs).toEqual([clock.now()]);
  refresh.setVisible(true);
  await clock.pass(29_999);
  expect(runs).toHaveLength(1);
  await clock.pass(1);
  expect(runs).toHaveLength(2);
});

test("never runs twice at once, whatever triggers it", async () => {
  const { clock, runs, state, refresh } = refreshing();
  state.duration = 5_000;
  void refresh.now();
  void refresh.now();
  refresh.setVisible(false);
  refresh.setVisible(true);
  await clock.pass(100_000);
  expect(state.mostAtOnce).toBe(1);
  expect(runs.length).toBeGreaterThan(1);
});

test("a failed run does not end the others, and nothing runs after stop", async () => {
  const { clock, runs, state, refresh } = refreshing();
  state.fails = true;
  await clock.pass(60_000);
  expect(runs).toHaveLength(2);
  refresh.stop();
  await clock.pass(60_000);
  expect(runs).toHaveLength(2);
});
