import { useRef, useSyncExternalStore } from "react";
import type { SyncEngine } from "../sync/sync-engine.ts";
import { useSyncEngine } from "./sync-context.ts";

/**
 * Selects from the engine's views. `select` gets its last result, and returns the same object while it means the same:
 * then nothing renders.
 */
export const useView = <Value>(select: (engine: SyncEngine, before: Value | undefined) => Value): Value => {
  const engine = useSyncEngine();
  const before = useRef<Value | undefined>(undefined);
  return useSyncExternalStore(engine.subscribe, () => {
    const value = select(engine, before.current);
    before.current = value;
    return value;
  });
};
