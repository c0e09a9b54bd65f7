import { useCallback } from "react";
import { useSyncEngine } from "../../../client/react/sync-context.ts";
import { entitiesIn } from "../../../client/sync/snapshot.ts";
import { tasks } from "../../../shared/tasks.ts";
import { boardRef } from "../entities/snapshots.ts";

/** Returns a function that reads a task's title from the board's snapshot; empty for a task that is not on the board. */
export const useTaskTitle = (boardId: string): ((taskId: string) => string) => {
  const engine = useSyncEngine();
  return useCallback(
    (taskId) => {
      const snapshot = engine.view(boardRef(boardId));
      return (snapshot && entitiesIn(snapshot, tasks).get(taskId)?.title) ?? "";
    },
    [engine, boardId],
  );
};
