import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useSayPresence } from "../../../../client/react/socket-provider.tsx";
import { useBoardContext } from "../../board/board-context.ts";
import { useStore } from "../../lib/store.ts";
import { useOpenBy } from "../presence/use-open-by.ts";
import { AfterLive } from "./after-live.tsx";
import { BoardColumns } from "./columns/board-columns.tsx";
import { useEarlyInput } from "./use-early-input.ts";

const MoveDialog = lazy(() => import("../tasks/move-dialog.tsx").then((module) => ({ default: module.MoveDialog })));
const ArchiveDialog = lazy(() =>
  import("../archive/archive-dialog.tsx").then((module) => ({ default: module.ArchiveDialog })),
);
const HelpDialog = lazy(() => import("./help-dialog.tsx").then((module) => ({ default: module.HelpDialog })));

/** The board below its header, and what floats over it. */
export const BoardWork = ({ loadAhead }: { loadAhead: () => void }) => {
  const { boardId, teamId, ui } = useBoardContext();
  const { taskId } = useParams({ strict: false });
  const looking = useMemo(() => ({ boardId, ...(taskId ? { taskId } : {}) }), [boardId, taskId]);
  useSayPresence(teamId, looking);
  useOpenBy();
  useEarlyInput();
  const moving = useStore(ui.moving, (state) => state);
  const archive = useStore(ui.archiveOpen, (state) => state);
  const help = useStore(ui.helpOpen, (state) => state);
  return (
    <>
      <BoardColumns />
      <AfterLive loadAhead={loadAhead} />
      <Suspense>
        {moving ? <MoveDialog key={moving.taskId} moving={moving} onClose={() => ui.moving.set(null)} /> : null}
        {archive ? <ArchiveDialog onClose={() => ui.archiveOpen.set(false)} /> : null}
        {help ? <HelpDialog onClose={() => ui.helpOpen.set(false)} /> : null}
      </Suspense>
    </>
  );
};
