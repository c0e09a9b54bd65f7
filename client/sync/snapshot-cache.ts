import type { QueryClient, QueryKey } from "@tanstack/query-core";
import { isSnapshot, queryKeyOf, type Snapshot, type SnapshotRef } from "./snapshot.ts";

/** Where a snapshot comes from that is written into the query cache without a query's own read. */
export type WriteOrigin = "events" | "storage";

/** The snapshots in TanStack's query cache. It tells reads of queries apart from this page's own writes. */
export class SnapshotCache {
  readonly #queryClient: QueryClient;
  #writing: WriteOrigin | null = null;

  constructor(queryClient: QueryClient) {
    this.#queryClient = queryClient;
  }

  /** The origin of the write that the query cache is telling of; `null` for a query's own read. */
  get writing(): WriteOrigin | null {
    return this.#writing;
  }

  get(ref: SnapshotRef): Snapshot | undefined {
    const data: unknown = this.#queryClient.getQueryData(queryKeyOf(ref));
    return isSnapshot(data) ? data : undefined;
  }

  all(): readonly Snapshot[] {
    const found: Snapshot[] = [];
    for (const { state } of this.#queryClient.getQueryCache().getAll())
      if (isSnapshot(state.data)) found.push(state.data);
    return found;
  }

  ofTenant(tenantId: string): readonly Snapshot[] {
    return this.all().filter((snapshot) => snapshot.tenantId === tenantId);
  }

  write(queryKey: QueryKey, data: unknown, origin: WriteOrigin): void {
    const outer = this.#writing;
    this.#writing = origin;
    try {
      // What storage kept is as old as it can be: a query that is looked at reads it anew.
      this.#queryClient.setQueryData(queryKey, data, origin === "storage" ? { updatedAt: 0 } : {});
    } finally {
      this.#writing = outer;
    }
  }

  /** Reads the tenant's snapshots again that are shown; a read under way began too early and is given up. */
  refetch(tenantId: string): void {
    void this.#queryClient.invalidateQueries({
      predicate: ({ state }) => isSnapshot(state.data) && state.data.tenantId === tenantId,
    });
  }

  /** Tries again what could not be read while nothing was reachable. */
  refetchFailed(): void {
    void this.#queryClient.refetchQueries({
      type: "active",
      predicate: ({ state }) => state.status === "error" && state.fetchStatus === "idle",
    });
  }
}
