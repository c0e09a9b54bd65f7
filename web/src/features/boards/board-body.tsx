import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useSayPresence } from "../../../../client/react/socket-provider.tsx";
import { useBoardContext } from "../../board/board-context.ts";
import { useStore } from "../../lib/store.ts";
import { useTaskViewers } from "../presence/use-task-viewers.ts";
import { BoardColumns } from "./columns/board-columns.tsx";
import { LazyBoardExtras } from "./lazy-board-extras.tsx";
import { useBufferedInput } from "./use-buffered-input.ts";

const MoveDialog = lazy(() => import("../tasks/move-dialog.tsx").then((module) => ({ default: module.MoveDialog })));
const ArchiveDialog = lazy(() =>
  import("../archive/archive-dialog.tsx").then((module) => ({ default: module.ArchiveDialog })),
);
const HelpDialog = lazy(() => import("./help-dialog.tsx").then((module) => ({ default: module.HelpDialog })));

/** The board below its header, and its dialogs. */
export const BoardBody = ({ loadAhead }: { loadAhead: () => void }) => {
  const { boardId, teamId, ui } = useBoardContext();
  const { taskId } = useParams({ strict: false });
  const looking = useMemo(() => ({ boardId, ...(taskId ? { taskId } : {}) }), [boardId, taskId]);
  useSayPresence(teamId, looking);
  useTaskViewers();
  useBufferedInput();
  const moveDialog = useStore(ui.moveDialog, (state) => state);
  const archive = useStore(ui.archiveOpen, (state) => state);
  const help = useStore(ui.helpOpen, (state) => state);
  return (
    <>
      <BoardColumns />
      <LazyBoardExtras loadAhead={loadAhead} />
      <Suspense>
        {moveDialog ? (
          <MoveDialog key={moveDialog.taskId} state={moveDialog} onClose={() => ui.moveDialog.set(null)} />
        ) : null}
        {archive ? <ArchiveDialog onClose={() => ui.archiveOpen.set(false)} /> : null}
        {help ? <HelpDialog onClose={() => ui.helpOpen.set(false)} /> : null}
      </Suspense>
    </>
  );
};
