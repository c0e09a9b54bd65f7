import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { isTransient } from "../browser/api-client.ts";
import type { Snapshot, SnapshotRef } from "../sync/snapshot.ts";
import type { SyncEngine } from "../sync/sync-engine.ts";
import { useSyncEngine } from "./sync-context.ts";
import { useView } from "./use-view.ts";

const KEPT_MS = 10 * 60_000;
const RETRY_FAILED_MS = 10_000;

/** Views are made from the cache itself: a query's observer needs no more than how its reads go. */
const OBSERVED = ["status", "error"] as const;

/** After how many milliseconds a failed read begins anew: again and again where only the network is in its way. */
export const retryFailedIn = (error: Error | null): number | false =>
  error !== null && isTransient(error) ? RETRY_FAILED_MS : false;

export const snapshotQuery = (engine: SyncEngine, ref: SnapshotRef): UseQueryOptions<Snapshot> => ({
  ...engine.queryOptions(ref),
  gcTime: KEPT_MS,
  refetchInterval: ({ state }) => retryFailedIn(state.error),
  notifyOnChangeProps: [...OBSERVED],
});

export type SnapshotRead = {
  /** Why the last read failed. */
  readonly error: Error | null;
  readonly refetch: () => void;
};

/** Reads a snapshot while the component is mounted. Its result does not change with the snapshot: `useView` shows that. */
export const useSnapshot = (ref: SnapshotRef): SnapshotRead => {
  const { error, refetch } = useQuery(snapshotQuery(useSyncEngine(), ref));
  return { error, refetch: useCallback(() => void refetch(), [refetch]) };
};

/** The snapshot with the unconfirmed mutations over it; `null` while nothing is known of it. */
export const useSnapshotView = ({ kind, scopeId, tenantId }: SnapshotRef): Snapshot | null =>
  useView(useCallback((engine: SyncEngine) => engine.view({ kind, scopeId, tenantId }), [kind, scopeId, tenantId]));
