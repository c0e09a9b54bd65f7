import { Suspense, useEffect, useState } from "react";
import { useLiveStatus } from "../../../../client/react/socket-provider.tsx";
import { spokenStore } from "../../i18n/i18n.ts";
import { patientLazy } from "../../lib/patient-lazy.ts";
import { useStore } from "../../lib/store.ts";
import { useBoardContext } from "./board-context.ts";

const BoardExtras = patientLazy(() => import("./board-extras.tsx").then((module) => module.BoardExtras));

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
    import("../status/why-button.tsx").then(({ loadConnectionDialog }) =>
      loadConnectionDialog(spokenStore.get().language),
    ),
    // When it is needed, the server may be hard to reach.
    import("../../../../client/realtime/fallback/load-fallback.ts"),
    import("../../../../client/browser/http-transports.ts"),
    import("../status/merge-refused.tsx"),
    import("../accounts/sign-out.tsx"),
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
  const { ui } = useBoardContext();
  const wanted = useStore(ui.early, (early) => early?.wanted ?? false);
  const [begun, setBegun] = useState(false);
  const settled = status === "live" || status === "streaming" || status === "polling";
  useEffect(() => {
    if (begun) return;
    const timer = setTimeout(() => setBegun(true), wanted ? 0 : settled ? SOON_MS : AT_LATEST_MS);
    return () => clearTimeout(timer);
  }, [begun, settled, wanted]);
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
