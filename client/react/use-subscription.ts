import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { EventMessage } from "../../shared/protocol/message.ts";
import { browserClock } from "../browser/browser-ports.ts";
import { throttled } from "../realtime/throttled.ts";
import { useRealtime } from "./realtime-context.ts";

const HINT_MS = 3_000;

export type SubscriptionOptions<Data = unknown> = {
  readonly tenantId: string;
  /** Only these actions; all when absent. */
  readonly actions?: readonly string[];
  /** Runs on the client: the server never knows it. */
  readonly filter?: (message: EventMessage) => boolean;
  readonly onEvent?: (message: EventMessage) => void;
  /** The history was cut off: events may be missing between those before and those to come. */
  readonly onReset?: () => void;
  /** The TanStack Query entry that `patch` brings up to date. It is read again when the history was cut off. */
  readonly queryKey?: QueryKey;
  readonly patch?: (old: Data, message: EventMessage) => Data;
};

/**
 * Hears a tenant's events in order, and can patch a query with each.
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
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const { tenantId } = options;
  useEffect(() => {
    const leave = client.join(tenantId);
    const hints = throttled(browserClock, HINT_MS, () => {
      const { queryKey } = latest.current;
      if (queryKey !== undefined) void queryClient.invalidateQueries({ queryKey });
    });
    const deafen = client.on((notice) => {
      if (!("tenantId" in notice) || notice.tenantId !== tenantId) return;
      const { actions, filter, onEvent, onReset, queryKey, patch } = latest.current;
      if (notice.kind === "hint") hints.ask();
      if (notice.kind === "reset") {
        onReset?.();
        if (queryKey !== undefined) void queryClient.invalidateQueries({ queryKey });
        return;
      }
      if (notice.kind !== "event") return;
      const { message } = notice;
      if (actions !== undefined && !actions.includes(message.action)) return;
      if (filter !== undefined && !filter(message)) return;
      if (queryKey !== undefined && patch !== undefined)
        queryClient.setQueryData<Data>(queryKey, (old) => (old === undefined ? undefined : patch(old, message)));
      onEvent?.(message);
    });
    return () => {
      hints.cancel();
      deafen();
      leave();
    };
  }, [client, queryClient, tenantId]);
};
