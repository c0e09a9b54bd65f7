import { type ComponentType, lazy, Suspense, useEffect, useState } from "react";
import { fullJitter } from "../../realtime/backoff.ts";
import { useLiveStatus } from "../../realtime/socket-provider.tsx";

/** Nobody has asked for the extras, so a network that is away just now must not take the board down: they come when they can. */
const loadExtras = async (): Promise<{ default: ComponentType }> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { BoardExtras } = await import("./board-extras.tsx");
      return { default: BoardExtras };
    } catch {
      const wait = fullJitter(attempt, Math.random);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
};

const BoardExtras = lazy(loadExtras);

const SOON_MS = 100;
/** A board that is not live by then does not become so soon. */
const AT_LATEST_MS = 1_500;
/** The first seconds of a live board belong to what people came for. */
const REST_AFTER_MS = 3_000;

const loadRest = (): void => {
  const parts = [
    import("../../ui/menu-parts.tsx"),
    import("../../ui/confirm.tsx"),
    import("../../ui/markdown.tsx"),
    import("../tasks/task-route.tsx"),
    import("../tasks/move-dialog.tsx"),
    import("./help-dialog.tsx"),
    import("../filters/filter-choices.tsx"),
    import("../status/refused-list.tsx"),
    import("./columns/column-dialog.tsx"),
    import("./columns/delete-column.tsx"),
    import("./home-page.tsx"),
  ];
  // What cannot be loaded now is asked for again when it is needed.
  void Promise.allSettled(parts);
};

/** Loads what the first sight of a board does not need once it is live, so that it is there offline too. */
export const AfterLive = () => {
  const { status } = useLiveStatus();
  const [begun, setBegun] = useState(false);
  const settled = status === "live" || status === "polling";
  useEffect(() => {
    if (begun) return;
    const timer = setTimeout(() => setBegun(true), settled ? SOON_MS : AT_LATEST_MS);
    return () => clearTimeout(timer);
  }, [begun, settled]);
  useEffect(() => {
    if (!begun) return;
    const timer = setTimeout(loadRest, REST_AFTER_MS);
    return () => clearTimeout(timer);
  }, [begun]);
  return begun ? (
    <Suspense>
      <BoardExtras />
    </Suspense>
  ) : null;
};
