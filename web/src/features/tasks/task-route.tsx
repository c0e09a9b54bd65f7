import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import { useBoardContext } from "../../board/board-context.ts";
import { useTask } from "../../board/use-board.ts";
import { AbsentTask } from "./absent-task.tsx";
import { TaskDialog } from "./task-dialog.tsx";

const route = getRouteApi("/b/$boardId/t/$taskId");

/** A task open over its board, with an address of its own. */
export const TaskRoute = () => {
  const { boardId, taskId } = route.useParams();
  const { ui } = useBoardContext();
  const task = useTask(boardId, taskId);
  const navigate = useNavigate();
  const router = useRouter();
  const left = useRef("");
  const close = useCallback(() => {
    left.current = taskId;
    if (router.latestLocation.state.overBoard) router.history.back();
    else void navigate({ to: "/b/$boardId", params: { boardId }, search: (old) => old, replace: true });
  }, [router, navigate, boardId, taskId]);
  useEffect(
    () => () => {
      // Closed by whatever way, the focus goes back to the card.
      setTimeout(() => {
        if (!location.pathname.includes(taskId)) ui.focusTaskId.set(taskId);
      });
    },
    [taskId, ui],
  );
  // Who deletes a task leaves it too, and the address follows a moment later: nobody asks where it went.
  if (!task && left.current === taskId) return null;
  if (!task) return <AbsentTask key={taskId} taskId={taskId} onClose={close} />;
  return <TaskDialog key={taskId} task={task} onClose={close} />;
};
