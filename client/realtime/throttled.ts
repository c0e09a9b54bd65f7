import type { Clock } from "./ports.ts";

/** Runs at once, and then no oftener than `interval` milliseconds; what is asked for in between comes at its end. */
export const throttled = (clock: Clock, interval: number, run: () => void) => {
  let ranAt = Number.NEGATIVE_INFINITY;
  let cancelNext: (() => void) | null = null;
  const go = () => {
    cancelNext = null;
    ranAt = clock.now();
    run();
  };
  return {
    ask: (): void => {
      if (cancelNext !== null) return;
      const wait = ranAt + interval - clock.now();
      if (wait <= 0) go();
      else cancelNext = clock.after(wait, go);
    },
    cancel: (): void => {
      cancelNext?.();
      cancelNext = null;
    },
  };
};
