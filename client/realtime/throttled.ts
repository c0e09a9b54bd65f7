import type { Clock } from "./ports.ts";

/** Runs at once, and then at most every `interval` milliseconds; calls in between become one run at its end. */
export const throttled = (clock: Clock, interval: number, run: () => void) => {
  let ranAt = Number.NEGATIVE_INFINITY;
  let cancelNext: (() => void) | null = null;
  const runNow = () => {
    cancelNext = null;
    ranAt = clock.now();
    run();
  };
  return {
    ask: (): void => {
      if (cancelNext !== null) return;
      const wait = ranAt + interval - clock.now();
      if (wait <= 0) runNow();
      else cancelNext = clock.after(wait, runNow);
    },
    cancel: (): void => {
      cancelNext?.();
      cancelNext = null;
    },
  };
};
