import { taskIdSchema } from "../../../../../shared/ids.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import type { TaskTarget } from "../../../board/drag-state.ts";
import { neighboursAt } from "../../../board/placement.ts";
import { useTaskTitle } from "../../../board/use-task-title.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { announce } from "../../../lib/announcer.tsx";

/** Moves a task or column to a drop target and announces it, for pointer, keyboard and menus alike. */
export const useDrop = () => {
  const { t } = useTranslation();
  const { boardId, actions, columns, ui } = useBoardContext();
  const taskTitle = useTaskTitle(boardId);
  return {
    taskTitle,
    dropTask: (taskId: string, target: TaskTarget): boolean => {
      const column = columns.find((item) => item.id === target.columnId);
      const ids = ui.lists.get(target.columnId)?.taskIds() ?? [];
      const place = column ? neighboursAt(ids, taskId, target.index) : null;
      if (!column || !place) return false;
      const title = taskTitle(taskId);
      actions.moveTask(taskId, {
        columnId: column.id,
        ...(place.afterId ? { afterId: taskIdSchema.parse(place.afterId) } : {}),
        ...(place.beforeId ? { beforeId: taskIdSchema.parse(place.beforeId) } : {}),
      });
      announce(t("announce.moved", { title, column: column.name, position: target.index + 1 }));
      return true;
    },
    dropColumn: (columnId: string, index: number): void => {
      const column = columns.find((item) => item.id === columnId);
      const others = columns.filter((item) => item.id !== columnId);
      const place = Math.max(0, Math.min(index, others.length));
      if (!column || columns.indexOf(column) === place) return;
      const after = others[place - 1];
      const before = others[place];
      actions.moveColumn(columnId, {
        ...(after ? { afterId: after.id } : {}),
        ...(before ? { beforeId: before.id } : {}),
      });
      announce(t("announce.columnMoved", { name: column.name, position: place + 1 }));
    },
  };
};
