import { environmentManager, notifyManager, timeoutManager } from "@tanstack/react-query";
import type { Scheduler } from "./scheduler.ts";

let scheduler: Scheduler | null = null;
let timerCount = 0;
let timers = new Map<number, () => void>();
const library = { name: "query", alive: true };

const start = (run: () => void, wait: number, repeats: boolean): number => {
  timerCount += 1;
  const id = timerCount;
  const again = () => {
    const cancel = scheduler?.after(Math.min(wait, 2 ** 31), library, () => {
      timers.delete(id);
      if (repeats) again();
      run();
    });
    if (cancel !== undefined) timers.set(id, cancel);
  };
  again();
  return id;
};

const stop = (id: number | undefined): void => {
  if (id === undefined) return;
  timers.get(id)?.();
  timers.delete(id);
};

/** Runs the query library's timers in this world from now on. They are global, so one owner serves all pages. */
export const runQueryTimersOn = (next: Scheduler): void => {
  const isFirst = scheduler === null;
  scheduler = next;
  timers = new Map();
  if (!isFirst) return;
  // Without a window the library takes itself for a server's, and reads nothing again by itself.
  environmentManager.setIsServer(() => false);
  notifyManager.setScheduler((callback) => void scheduler?.after(0, library, callback));
  timeoutManager.setTimeoutProvider({
    setTimeout: (run: () => void, wait: number) => start(run, wait, false),
    clearTimeout: stop,
    setInterval: (run: () => void, wait: number) => start(run, wait, true),
    clearInterval: stop,
  });
};
