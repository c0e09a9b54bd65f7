import { ArchivedNotice } from "../archive/archived-notice.tsx";
import { NothingFound } from "../filters/nothing-found.tsx";
import { BoardHands } from "./board-hands.tsx";
import { TaskMenu } from "./columns/task-menu.tsx";
import { useOthersChanges } from "./use-others-changes.ts";

/** What a board can do without for the moment until it is live. */
export const BoardExtras = () => {
  useOthersChanges();
  return (
    <>
      <BoardHands />
      <NothingFound />
      <TaskMenu />
      <ArchivedNotice />
    </>
  );
};
