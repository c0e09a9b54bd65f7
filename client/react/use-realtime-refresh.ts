import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { browserClock } from "../browser/browser-ports.ts";
import type { Notice } from "../realtime/notices.ts";
import { throttled } from "../realtime/throttled.ts";
import { type EventFilter, passesFilter } from "./event-filter.ts";
import { useRealtime } from "./realtime-context.ts";
import { useLatest } from "./use-latest.ts";

const THROTTLE_MS = 1_000;
/** Notices after which events may be missing. */
const MISSING: ReadonlySet<Notice["kind"]> = new Set(["reset", "hint", "undecodable-event"]);

export type RealtimeRefreshOptions = EventFilter & {
  readonly tenantId: string;
  /** The TanStack Query entries to read again: all whose key begins with one of these. */
  readonly queryKeys: readonly QueryKey[];
  /** Least milliseconds between two reads. The first comes at once, and one more after the last event. */
  readonly throttle?: number;
};

/**
 * Reads queries again after events that may concern them, and when events may have been missed.
 * @example
 * useRealtimeRefresh({ tenantId: shopId, actions: ["ORDER_PAID"], queryKeys: [["orders", shopId], ["revenue"]] });
 */
export const useRealtimeRefresh = (options: RealtimeRefreshOptions): void => {
  const client = useRealtime();
  const queryClient = useQueryClient();
  const latest = useLatest(options);
  const { tenantId, throttle = THROTTLE_MS } = options;
  useEffect(() => {
    const reads = throttled(browserClock, throttle, () => {
      for (const queryKey of latest.current.queryKeys) void queryClient.invalidateQueries({ queryKey });
    });
    const leave = client.join(tenantId);
    const unsubscribe = client.on((notice) => {
      if (!("tenantId" in notice) || notice.tenantId !== tenantId) return;
      if (notice.kind === "event" ? passesFilter(latest.current, notice.message) : MISSING.has(notice.kind))
        reads.ask();
    });
    return () => {
      reads.cancel();
      unsubscribe();
      leave();
    };
  }, [client, queryClient, tenantId, throttle, latest]);
};
