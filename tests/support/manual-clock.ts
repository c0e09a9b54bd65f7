import type { Clock } from "../../platform/clock/clock.ts";

export type ManualClock = Clock & {
  /** Moves time on: due tasks run in order, and after each of them the promises that it started. */
  advance(ms: number): Promise<void>;
};

type Timer = { dueAt: number; readonly every: number | null; readonly task: () => void };

/** Runs the microtasks that need no time to pass. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

/** A clock that stands still until `advance`. */
export const createManualClock = (startsAt = Date.parse("2026-01-31T09:30:00.000Z")): ManualClock => {
  let now = startsAt;
  const timers = new Set<Timer>();
  const add = (ms: number, every: number | null, task: () => void) => {
    const timer = { dueAt: now + ms, every, task };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const nextBy = (end: number) => [...timers].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)[0];

  return {
    now: () => now,
    after: (ms, task) => add(ms, null, task),
    every: (ms, task) => add(ms, ms, task),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (let timer = nextBy(end); timer !== undefined; timer = nextBy(end)) {
        now = timer.dueAt;
        if (timer.every === null) timers.delete(timer);
        else timer.dueAt += timer.every;
        timer.task();
        await settle();
      }
      now = end;
      await settle();
    },
  };
};
