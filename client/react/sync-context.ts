import { createContext, useContext } from "react";
import type { SyncEngine } from "../sync/sync-engine.ts";

export const SyncContext = createContext<SyncEngine | null>(null);

export const useSyncEngine = (): SyncEngine => {
  const engine = useContext(SyncContext);
  if (engine === null) throw new Error("useSyncEngine needs a SyncProvider above it");
  return engine;
};
