import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { EventMessage } from "../../shared/protocol/message.ts";
import { browserClock } from "../browser/browser-ports.ts";
import { throttled } from "../realtime/throttled.ts";
import { type EventFilter, passesFilter } from "./event-filter.ts";
import { useRealtime } from "./realtime-context.ts";
import { useLatest } from "./use-latest.ts";

const HINT_MS = 3_000;

export type SubscriptionOptions<Data = unknown> = EventFilter & {
  readonly tenantId: string;
  readonly onEvent?: (message: EventMessage) => void;
  /** The history was cut off: events between the last one and the next may be missing. */
  readonly onReset?: () => void;
  /** The TanStack Query entry that `patch` updates. It is read again after a reset. */
  readonly queryKey?: QueryKey;
  readonly patch?: (old: Data, message: EventMessage) => Data;
};

/**
 * Subscribes to a tenant's events in order, and can patch a query with each.
 * @example
 * useSubscription<Order[]>({
 *   tenantId: shopId,
 *   actions: ["ORDER_PAID"],
 *   queryKey: ["orders", shopId],
 *   patch: (orders, { data }) => orders.map((order) => (order.id === data["id"] ? { ...order, paid: true } : order)),
 * });
 */
export const useSubscription = <Data = unknown>(options: SubscriptionOptions<Data>): void => {
  const client = useRealtime();
  const queryClient = useQueryClient();
  const latest = useLatest(options);
  const { tenantId } = options;
  useEffect(() => {
    const leave = client.join(tenantId);
    const invalidate = () => {
      const { queryKey } = latest.current;
      if (queryKey !== undefined) void queryClient.invalidateQueries({ queryKey });
    };
    const hints = throttled(browserClock, HINT_MS, invalidate);
    const unsubscribe = client.on((notice) => {
      if (!("tenantId" in notice) || notice.tenantId !== tenantId) return;
      if (notice.kind === "hint") hints.ask();
      if (notice.kind === "reset") {
        latest.current.onReset?.();
        invalidate();
      }
      if (notice.kind !== "event" || !passesFilter(latest.current, notice.message)) return;
      const { message } = notice;
      const { onEvent, queryKey, patch } = latest.current;
      if (queryKey !== undefined && patch !== undefined)
        queryClient.setQueryData<Data>(queryKey, (old) => (old === undefined ? undefined : patch(old, message)));
      onEvent?.(message);
    });
    return () => {
      hints.cancel();
      unsubscribe();
      leave();
    };
  }, [client, queryClient, tenantId, latest]);
};
