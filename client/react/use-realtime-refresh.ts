import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { EventMessage } from "../../shared/protocol/message.ts";
import { browserClock } from "../browser/browser-ports.ts";
import { throttled } from "../realtime/throttled.ts";
import { useRealtime } from "./realtime-context.ts";

const THROTTLE_MS = 1_000;

export type RealtimeRefreshOptions = {
  readonly tenantId: string;
  /** Only these actions; all when absent. */
  readonly actions?: readonly string[];
  readonly filter?: (message: EventMessage) => boolean;
  /** The TanStack Query entries that are read again: all whose key begins as one of these. */
  readonly queryKeys: readonly QueryKey[];
  /** Milliseconds between two reads at least; the first comes at once, and one more after the last event. */
  readonly throttle?: number;
};

/**
 * Reads queries again when events come that may concern them, and when events may have been missed.
 * @example
 * useRealtimeRefresh({ tenantId: shopId, actions: ["ORDER_PAID"], queryKeys: [["orders", shopId], ["revenue"]] });
 */
export const useRealtimeRefresh = (options: RealtimeRefreshOptions): void => {
  const client = useRealtime();
  const queryClient = useQueryClient();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const { tenantId, throttle = THROTTLE_MS } = options;
  useEffect(() => {
    const reads = throttled(browserClock, throttle, () => {
      for (const queryKey of latest.current.queryKeys) void queryClient.invalidateQueries({ queryKey });
    });
    const concerns = (message: EventMessage): boolean => {
      const { actions, filter } = latest.current;
      return (actions === undefined || actions.includes(message.action)) && (filter === undefined || filter(message));
    };
    const leave = client.join(tenantId);
    const deafen = client.on((notice) => {
      if (!("tenantId" in notice) || notice.tenantId !== tenantId) return;
      if (
        notice.kind === "event"
          ? concerns(notice.message)
          : ["reset", "hint", "undecodable-event"].includes(notice.kind)
      )
        reads.ask();
    });
    return () => {
      reads.cancel();
      deafen();
      leave();
    };
  }, [client, queryClient, tenantId, throttle]);
};
