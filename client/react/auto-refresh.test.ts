import { expect, test } from "bun:test";
import { SimClock } from "../realtime/testing/sim-clock.ts";
import { AutoRefresh } from "./auto-refresh.ts";

const refreshing = (interval = 30_000) => {
  const clock = new SimClock();
  const runs: number[] = [];
  const state = { running: 0, most: 0, takes: 0, fails: false };
  const refresh = new AutoRefresh(
    clock,
    interval,
    async () => {
      runs.push(clock.now());
      state.running += 1;
      state.most = Math.max(state.most, state.running);
      if (state.takes > 0) await new Promise<void>((resolve) => void clock.after(state.takes, resolve));
      state.running -= 1;
      if (state.fails) throw new Error("no");
    },
    true,
  );
  return { clock, runs, state, refresh };
};

test("runs at its interval, from the end of one run to the beginning of the next", async () => {
  const { clock, runs, state } = refreshing();
  state.takes = 10_000;
  await clock.pass(30_000);
  expect(runs).toHaveLength(1);
  await clock.pass(39_999);
  expect(runs).toHaveLength(1);
  await clock.pass(1);
  expect(runs).toHaveLength(2);
});

test("a hidden page runs nothing, and one that is seen again runs at once", async () => {
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

test("never runs twice at once, whoever asks", async () => {
  const { clock, runs, state, refresh } = refreshing();
  state.takes = 5_000;
  void refresh.now();
  void refresh.now();
  refresh.setVisible(false);
  refresh.setVisible(true);
  await clock.pass(100_000);
  expect(state.most).toBe(1);
  expect(runs.length).toBeGreaterThan(1);
});

test("a run that fails does not end the others, and nothing runs once it is stopped", async () => {
  const { clock, runs, state, refresh } = refreshing();
  state.fails = true;
  await clock.pass(60_000);
  expect(runs).toHaveLength(2);
  refresh.stop();
  await clock.pass(60_000);
  expect(runs).toHaveLength(2);
});
