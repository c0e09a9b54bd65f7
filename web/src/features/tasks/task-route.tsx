import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import { useBoardContext } from "../../board/board-context.ts";
import { useTask } from "../../board/use-board.ts";
import { AbsentTask } from "./absent-task.tsx";
import { TaskDialog } from "./task-dialog.tsx";

const route = getRouteApi("/b/$boardId/t/$taskId");

/** The dialog of a task over its board, at an address of its own. */
export const TaskRoute = () => {
  const { boardId, taskId } = route.useParams();
  const { ui } = useBoardContext();
  const task = useTask(boardId, taskId);
  const navigate = useNavigate();
  const router = useRouter();
  const closedTaskId = useRef("");
  const close = useCallback(() => {
    closedTaskId.current = taskId;
    if (router.latestLocation.state.overBoard) router.history.back();
    else void navigate({ to: "/b/$boardId", params: { boardId }, search: (old) => old, replace: true });
  }, [router, navigate, boardId, taskId]);
  useEffect(
    () => () => {
      // Return the focus to the card, however the dialog was closed.
      setTimeout(() => {
        if (!location.pathname.includes(taskId)) ui.focusTaskId.set(taskId);
      });
    },
    [taskId, ui],
  );
  // Deleting a task closes its dialog a moment before the address changes: show nothing meanwhile.
  if (!task && closedTaskId.current === taskId) return null;
  if (!task) return <AbsentTask key={taskId} taskId={taskId} onClose={close} />;
  return <TaskDialog key={taskId} task={task} onClose={close} />;
};
