import { useMemo } from "react";
import { BoardContext, useBoardContext } from "../../board/board-context.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { Modal } from "../../ui/modal.tsx";
import { useAbsentTask } from "../archive/use-archive.ts";
import { TaskDialog } from "./task-dialog.tsx";
import { TaskNotFound } from "./task-not-found.tsx";

/** A task that is not on the board. An archived one is shown read-only and can be restored. */
export const AbsentTask = ({ taskId, onClose }: { taskId: string; onClose: () => void }) => {
  const { t } = useTranslation();
  const context = useBoardContext();
  const { boardId, canWrite, actions } = context;
  const absent = useAbsentTask(boardId, taskId);
  const readOnlyContext = useMemo(() => ({ ...context, canWrite: false }), [context]);
  switch (absent.status) {
    case "loading":
      return null;
    case "gone":
      return <TaskNotFound onClose={onClose} />;
    case "error":
      return (
        <Modal open onClose={onClose} title={t("task.failedTitle")}>
          <div className="flex flex-col gap-4">
            <Message tone="danger">{problemText(t, absent.error)}</Message>
            <div className="flex justify-end">
              <Button look="primary" onClick={absent.refetch}>
                {t("common.tryAgain")}
              </Button>
            </div>
          </div>
        </Modal>
      );
    case "archived": {
      const { task } = absent;
      const restore = () => {
        actions.restoreTask(task);
        announce(t("archive.restored", { title: task.title }));
      };
      return (
        <BoardContext value={readOnlyContext}>
          <TaskDialog task={task} onClose={onClose} {...(canWrite ? { onRestore: restore } : {})} />
        </BoardContext>
      );
    }
  }
};
