import { useContext, useSyncExternalStore } from "react";
import { SyncContext } from "./sync-context.ts";

const NEVER = () => () => {};

/**
 * When the snapshots that storage restored were last current, epoch milliseconds; `null` when none was restored, or
 * without a `SyncProvider`.
 */
export const useRestoredFrom = (): number | null => {
  const engine = useContext(SyncContext);
  return useSyncExternalStore(engine?.subscribe ?? NEVER, () => engine?.persister.restoredFrom ?? null);
};
