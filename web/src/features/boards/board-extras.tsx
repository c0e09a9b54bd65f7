import { ArchivedNotice } from "../archive/archived-notice.tsx";
import { NoMatches } from "../filters/no-matches.tsx";
import { BoardInput } from "./board-input.tsx";
import { TaskMenu } from "./columns/task-menu.tsx";
import { useRemoteChanges } from "./use-remote-changes.ts";

/** The parts of a board that load after it is live. */
export const BoardExtras = () => {
  useRemoteChanges();
  return (
    <>
      <BoardInput />
      <NoMatches />
      <TaskMenu />
      <ArchivedNotice />
    </>
  );
};
