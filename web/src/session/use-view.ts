import { useRef, useSyncExternalStore } from "react";
import type { Runtime } from "../../../client/sync/sync-engine.ts";
import { useRuntime } from "./query-client.ts";

/**
 * Reads from the runtime's views. `select` gets what it gave before, and gives the same object while it means the same:
 * then nothing renders.
 */
export const useView = <Value>(select: (runtime: Runtime, before: Value | undefined) => Value): Value => {
  const runtime = useRuntime();
  const before = useRef<Value | undefined>(undefined);
  return useSyncExternalStore(runtime.subscribe, () => {
    const value = select(runtime, before.current);
    before.current = value;
    return value;
  });
};
