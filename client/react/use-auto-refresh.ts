import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { browserClock } from "../browser/browser-ports.ts";
import { isPageVisible, watchPageVisibility } from "../browser/page-visibility.ts";
import { AutoRefresh } from "./auto-refresh.ts";
import { useLatest } from "./use-latest.ts";

export type AutoRefreshOptions = {
  /** The TanStack Query entries to read again: all whose key begins with this. */
  readonly queryKey: QueryKey;
  /** Milliseconds from the end of one read to the beginning of the next. */
  readonly interval: number;
  readonly enabled?: boolean;
};

/**
 * Reads queries again at an interval while the page is visible: never two reads at once, and at once when it becomes
 * visible. Returns a function that reads now.
 * @example
 * const refresh = useAutoRefresh({ queryKey: ["orders", shopId], interval: 30_000 });
 */
export const useAutoRefresh = ({ queryKey, interval, enabled = true }: AutoRefreshOptions): (() => Promise<void>) => {
  const queryClient = useQueryClient();
  const latest = useLatest(queryKey);
  const current = useRef<AutoRefresh | null>(null);
  const read = useCallback(
    () => queryClient.refetchQueries({ queryKey: latest.current, type: "active" }, { cancelRefetch: false }),
    [queryClient, latest],
  );
  useEffect(() => {
    if (!enabled) return undefined;
    const refresh = new AutoRefresh(browserClock, interval, read, isPageVisible());
    current.current = refresh;
    const unwatch = watchPageVisibility({
      onReturn: () => refresh.setVisible(true),
      onHide: () => refresh.setVisible(false),
    });
    return () => {
      unwatch();
      refresh.stop();
      current.current = null;
    };
  }, [read, interval, enabled]);
  return useCallback(() => current.current?.now() ?? read(), [read]);
};
