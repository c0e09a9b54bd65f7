import type { Task } from "../../../../shared/tasks.ts";
import type { BoardContextValue } from "../../board/board-context.ts";
import type { Translate } from "../../i18n/translator.ts";
import { announce } from "../../lib/announcer.tsx";

type ArchiveContext = Pick<BoardContextValue, "actions" | "ui">;

/** Archives a task, offers to undo it, and moves the focus to the next card. */
export const archiveTask = ({ actions, ui }: ArchiveContext, t: Translate, task: Task): void => {
  const ids = ui.lists.get(task.columnId)?.taskIds() ?? [];
  const at = ids.indexOf(task.id);
  const neighbour = ids[at + 1] ?? ids[at - 1];
  actions.updateTask(task.id, { archived: true });
  announce(t("announce.archived", { title: task.title }));
  ui.lastArchived.set(task);
  if (at >= 0 && neighbour) ui.focusTaskId.set(neighbour);
};
