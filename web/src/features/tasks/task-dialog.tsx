import { Dialog } from "@base-ui/react/dialog";
import { Archive, SquareKanban, X } from "lucide-react";
import { useRef } from "react";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useStore } from "../../lib/store.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { iconButtonClass } from "../../ui/icon-button.tsx";
import { Comments } from "../comments/comments.tsx";
import { DescriptionEditor } from "./description-editor.tsx";
import { TaskActions } from "./task-actions.tsx";
import { TaskProperties } from "./task-properties.tsx";
import { TitleEditor } from "./title-editor.tsx";

type TaskDialogProps = { task: Task; onClose: () => void; onRestore?: () => void };

export const TaskDialog = ({ task, onClose, onRestore }: TaskDialogProps) => {
  const { t } = useTranslation();
  const { columns, ui } = useBoardContext();
  const popup = useRef<HTMLDivElement>(null);
  const column = columns.find((item) => item.id === task.columnId);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fade fixed inset-0 z-30 bg-scrim" />
        <Dialog.Viewport className="fixed inset-0 z-30 flex justify-center sm:items-start sm:p-4 sm:pt-[6vh]">
          <Dialog.Popup
            ref={popup}
            aria-label={task.title}
            initialFocus={popup}
            finalFocus={() => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(task.id)}"] a`) ?? true}
            data-color={task.color ?? undefined}
            className="sheet relative flex h-full w-full flex-col overflow-hidden bg-overlay shadow-pop outline-none sm:h-auto sm:max-h-[86vh] sm:max-w-4xl sm:rounded-xl"
          >
            {task.color ? <div aria-hidden className="absolute inset-x-0 top-0 h-1 bg-edge" /> : null}
            <div className="flex shrink-0 items-center gap-2 border-b border-border px-4 pt-3 pb-2 sm:px-6">
              <p
                className="flex min-w-0 flex-1 items-center gap-1.5 text-sm text-muted"
                title={t("task.inColumn", { column: column?.name ?? "" })}
              >
                <SquareKanban size={15} aria-hidden className="shrink-0" />
                <span className="truncate">{column?.name}</span>
              </p>
              <AlsoHere taskId={task.id} />
              <Dialog.Close
                className={iconButtonClass}
                aria-label={t("common.close")}
                title={`${t("common.close")} (Esc)`}
              >
                <X size={18} aria-hidden />
              </Dialog.Close>
            </div>
            {task.archivedAt === null ? null : <ArchivedBar at={task.archivedAt} onRestore={onRestore} />}
            <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
              <div className="grid gap-6 px-4 py-4 sm:grid-cols-[minmax(0,1fr)_16rem] sm:gap-8 sm:px-6 sm:py-5">
                <div className="flex min-w-0 flex-col gap-5">
                  <TitleEditor task={task} />
                  <DescriptionEditor task={task} />
                  <Comments task={task} />
                </div>
                <div className="flex min-w-0 flex-col gap-5">
                  <TaskProperties task={task} />
                  <TaskActions
                    task={task}
                    onClose={onClose}
                    onMove={(returnTo) => ui.moveDialog.set({ taskId: task.id, returnTo })}
                  />
                  <Origin task={task} />
                </div>
              </div>
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

const ArchivedBar = ({ at, onRestore }: { at: string; onRestore: (() => void) | undefined }) => {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-border bg-sunken px-4 py-2 sm:px-6">
      <Archive size={16} aria-hidden className="shrink-0 text-muted" />
      <p className="min-w-48 flex-1">{t("archive.isArchived", { at: format.moment(at) })}</p>
      {onRestore ? (
        <Button size="sm" look="primary" onClick={onRestore}>
          {t("archive.restore")}
        </Button>
      ) : null}
    </div>
  );
};

const AlsoHere = ({ taskId }: { taskId: string }) => {
  const { t } = useTranslation();
  const { ui } = useBoardContext();
  const peers = useStore(ui.taskViewers, (map) => map.get(taskId) ?? null);
  if (!peers) return null;
  return (
    <span className="flex items-center gap-1.5 text-sm text-muted">
      <span className="flex -space-x-1.5">
        {peers.map((peer) => (
          <Avatar key={peer.userId} userId={peer.userId} name={peer.name} className="ring-2 ring-overlay" />
        ))}
      </span>
      <span className="max-sm:sr-only">{t("presence.also")}</span>
    </span>
  );
};

const Origin = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { memberById } = useBoardContext();
  const name = memberById.get(task.createdBy)?.name;
  return (
    <p className="text-xs text-muted">
      {name
        ? t("task.createdBy", { name, at: format.moment(task.createdAt) })
        : t("task.createdAt", { at: format.moment(task.createdAt) })}
    </p>
  );
};
