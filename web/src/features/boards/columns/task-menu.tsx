import { Archive, ArrowLeftRight, Link2, Maximize2, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTask } from "../../../cache/use-board.ts";
import { announce } from "../../../lib/announcer.tsx";
import { useStore } from "../../../lib/store.ts";
import { Confirm } from "../../../ui/confirm.tsx";
import { AnchoredMenu, MenuItem, MenuSeparator } from "../../../ui/menu.tsx";
import { useBoardContext } from "../board-context.ts";

/** One menu for all cards; ten thousand of them would each cost something. */
export const TaskMenu = () => {
  const { ui } = useBoardContext();
  const menu = useStore(ui.menu, (state) => state);
  const [deleting, setDeleting] = useState<string | null>(null);
  return (
    <>
      <AnchoredMenu anchor={menu?.anchor ?? null} onClose={() => ui.menu.set(null)}>
        {menu ? <Items taskId={menu.taskId} onDelete={() => setDeleting(menu.taskId)} /> : null}
      </AnchoredMenu>
      {deleting ? <DeleteTask taskId={deleting} onClose={() => setDeleting(null)} /> : null}
    </>
  );
};

const Items = ({ taskId, onDelete }: { taskId: string; onDelete: () => void }) => {
  const { t } = useTranslation();
  const { ui, actions, openTask, taskHref } = useBoardContext();
  const card = () => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(taskId)}"] a`);
  return (
    <>
      <MenuItem icon={<Maximize2 size={15} />} shortcut="E" onClick={() => openTask(taskId)}>
        {t("task.open")}
      </MenuItem>
      <MenuItem
        icon={<ArrowLeftRight size={15} />}
        shortcut="M"
        onClick={() => setTimeout(() => ui.moving.set({ taskId, returnTo: card() }))}
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
      <MenuItem icon={<Archive size={15} />} onClick={() => actions.updateTask(taskId, { archived: true })}>
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
