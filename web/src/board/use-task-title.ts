import { useCallback } from "react";
import { taskIn } from "../../../client/sync/task-table.ts";
import { useRuntime } from "../session/query-client.ts";

/** Returns a function that reads a task's title from the board's snapshot; empty for a task that is not on the board. */
export const useTaskTitle = (boardId: string): ((taskId: string) => string) => {
  const runtime = useRuntime();
  return useCallback(
    (taskId) => {
      const board = runtime.viewBoard(boardId);
      return (board && taskIn(board.tasks, taskId)?.title) ?? "";
    },
    [runtime, boardId],
  );
};
