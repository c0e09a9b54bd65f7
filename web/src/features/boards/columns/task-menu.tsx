import { Archive, ArrowLeftRight, Link2, Maximize2, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTask } from "../../../board/use-board.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { announce } from "../../../lib/announcer.tsx";
import { useStore } from "../../../lib/store.ts";
import { AnchoredMenu, MenuItem, MenuSeparator } from "../../../ui/menu.tsx";
import { archiveTask } from "../../archive/archive-task.ts";

const Confirm = lazy(() => import("../../../ui/confirm.tsx").then((module) => ({ default: module.Confirm })));

/** One menu serves all cards, since a menu in each of ten thousand would be slow. */
export const TaskMenu = () => {
  const { ui } = useBoardContext();
  const menu = useStore(ui.taskMenu, (state) => state);
  const [deleting, setDeleting] = useState<string | null>(null);
  return (
    <Suspense>
      {menu ? (
        <AnchoredMenu anchor={menu.anchor} onClose={() => ui.taskMenu.set(null)}>
          <Items taskId={menu.taskId} onDelete={() => setDeleting(menu.taskId)} />
        </AnchoredMenu>
      ) : null}
      {deleting ? <DeleteTask taskId={deleting} onClose={() => setDeleting(null)} /> : null}
    </Suspense>
  );
};

const Items = ({ taskId, onDelete }: { taskId: string; onDelete: () => void }) => {
  const { t } = useTranslation();
  const { boardId, ui, actions, openTask, taskHref } = useBoardContext();
  const task = useTask(boardId, taskId);
  const card = () => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(taskId)}"] a`);
  return (
    <>
      <MenuItem icon={<Maximize2 size={15} />} shortcut="E" onClick={() => openTask(taskId)}>
        {t("task.open")}
      </MenuItem>
      <MenuItem
        icon={<ArrowLeftRight size={15} />}
        shortcut="M"
        onClick={() => setTimeout(() => ui.moveDialog.set({ taskId, returnTo: card() }))}
      >
        {t("task.moveTo")}
      </MenuItem>
      <MenuItem
        icon={<Link2 size={15} />}
        onClick={() =>
          void navigator.clipboard
            .writeText(new URL(taskHref(taskId).split("?")[0] ?? "", location.href).href)
            .then(() => announce(t("task.linkCopied")))
        }
      >
        {t("task.copyLink")}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Archive size={15} />} onClick={() => task && archiveTask({ actions, ui }, t, task)}>
        {t("task.archive")}
      </MenuItem>
      <MenuItem danger icon={<Trash2 size={15} />} onClick={onDelete}>
        {t("task.delete")}
      </MenuItem>
    </>
  );
};

const DeleteTask = ({ taskId, onClose }: { taskId: string; onClose: () => void }) => {
  const { t } = useTranslation();
  const { boardId, actions } = useBoardContext();
  const task = useTask(boardId, taskId);
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={() => {
        actions.deleteTask(taskId);
        onClose();
      }}
      title={t("task.deleteTitle")}
      verb={t("task.delete")}
    >
      {t("task.deleteText", { title: task?.title ?? "" })}
    </Confirm>
  );
};
