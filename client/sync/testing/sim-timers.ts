import { environmentManager, notifyManager, timeoutManager } from "@tanstack/react-query";
import type { SimClock } from "../../realtime/testing/sim-clock.ts";

let clock: SimClock | null = null;
let count = 0;
const undos = new Map<number, () => void>();

const start = (run: () => void, wait: number, repeat: boolean): number => {
  count += 1;
  const id = count;
  const again = () => {
    const undo = clock?.after(wait, () => {
      undos.delete(id);
      if (repeat) again();
      run();
    });
    if (undo !== undefined) undos.set(id, undo);
  };
  again();
  return id;
};

const stop = (id: number | undefined): void => {
  if (id === undefined) return;
  undos.get(id)?.();
  undos.delete(id);
};

/** From now on the query library's timers run on this clock. */
export const useSimTimers = (next: SimClock): void => {
  if (clock === null) {
    // Without a window it would take itself for a server's, and read nothing again by itself.
    environmentManager.setIsServer(() => false);
    notifyManager.setScheduler((callback) => void clock?.after(0, callback));
    timeoutManager.setTimeoutProvider({
      setTimeout: (run: () => void, wait: number) => start(run, wait, false),
      clearTimeout: stop,
      setInterval: (run: () => void, wait: number) => start(run, wait, true),
      clearInterval: stop,
    });
  }
  clock = next;
  undos.clear();
};
