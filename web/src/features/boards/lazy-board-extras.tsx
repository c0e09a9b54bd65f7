import { Suspense, useEffect, useState } from "react";
import { useLiveStatus } from "../../../../client/react/socket-provider.tsx";
import { useBoardContext } from "../../board/board-context.ts";
import { lazyWithRetry } from "../../lib/lazy-with-retry.ts";
import { useStore } from "../../lib/store.ts";

const BoardExtras = lazyWithRetry(() => import("./board-extras.tsx").then((module) => module.BoardExtras));

const AFTER_LIVE_MS = 100;
/** Upper bound: a board that is not live by then may stay offline. */
const AT_LATEST_MS = 1_500;
/** Leaves the first seconds of a live board to its own requests. */
const AHEAD_AFTER_MS = 3_000;

/** Loads `BoardExtras` once the board is live or somebody uses it, then the rest of the page for offline use. */
export const LazyBoardExtras = ({ loadAhead }: { loadAhead: () => void }) => {
  const { status } = useLiveStatus();
  const { ui } = useBoardContext();
  const hasInput = useStore(ui.bufferedInput, (input) => input?.hasInput ?? false);
  const [isStarted, setStarted] = useState(false);
  const isConnected = status === "live" || status === "streaming" || status === "polling";
  useEffect(() => {
    if (isStarted) return;
    const timer = setTimeout(() => setStarted(true), hasInput ? 0 : isConnected ? AFTER_LIVE_MS : AT_LATEST_MS);
    return () => clearTimeout(timer);
  }, [isStarted, isConnected, hasInput]);
  useEffect(() => {
    if (!isStarted) return;
    const timer = setTimeout(loadAhead, AHEAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isStarted, loadAhead]);
  return isStarted ? (
    <Suspense>
      <BoardExtras />
    </Suspense>
  ) : null;
};
