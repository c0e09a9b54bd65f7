import type { Clock } from "../../platform/clock/clock.ts";

export type HandClock = Clock & {
  /** Moves the time by `ms`, and then runs each task that is due, once. */
  move(ms: number): void;
};

/** A clock that stands still until `move`. */
export const handClock = (startsAt: number): HandClock => {
  let now = startsAt;
  const tasks = new Set<{ at: number; every: number | null; run: () => void }>();
  const add = (ms: number, every: number | null, run: () => void) => {
    const task = { at: now + ms, every, run };
    tasks.add(task);
    return () => void tasks.delete(task);
  };
  return {
    now: () => now,
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(ms, ms, run),
    move: (ms) => {
      now += ms;
      for (const task of [...tasks]) {
        if (task.at > now || !tasks.has(task)) continue;
        if (task.every === null) tasks.delete(task);
        else task.at = now + task.every;
        task.run();
      }
    },
  };
};
