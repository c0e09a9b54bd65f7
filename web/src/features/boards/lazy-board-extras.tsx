import { Suspense, useEffect, useState } from "react";
import { useLiveStatus } from "../../../../client/react/socket-provider.tsx";
import { useBoardContext } from "../../board/board-context.ts";
import { lazyWithRetry } from "../../lib/lazy-with-retry.ts";
import { useStore } from "../../lib/store.ts";

const BoardExtras = lazyWithRetry(() => import("./board-extras.tsx").then((module) => module.BoardExtras));

const SOON_MS = 100;
/** A board that is not live by then does not become so soon. */
const AT_LATEST_MS = 1_500;
/** The first seconds of a live board belong to what people came for. */
const AHEAD_AFTER_MS = 3_000;

/** Loads what the first sight of a board does not need once it is live, so that it is there offline too. */
export const LazyBoardExtras = ({ loadAhead }: { loadAhead: () => void }) => {
  const { status } = useLiveStatus();
  const { ui } = useBoardContext();
  const wanted = useStore(ui.bufferedInput, (early) => early?.wanted ?? false);
  const [begun, setBegun] = useState(false);
  const settled = status === "live" || status === "streaming" || status === "polling";
  useEffect(() => {
    if (begun) return;
    const timer = setTimeout(() => setBegun(true), wanted ? 0 : settled ? SOON_MS : AT_LATEST_MS);
    return () => clearTimeout(timer);
  }, [begun, settled, wanted]);
  useEffect(() => {
    if (!begun) return;
    const timer = setTimeout(loadAhead, AHEAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [begun, loadAhead]);
  return begun ? (
    <Suspense>
      <BoardExtras />
    </Suspense>
  ) : null;
};
