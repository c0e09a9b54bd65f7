import { Link } from "@tanstack/react-router";
import { ArchiveRestore, Trash2 } from "lucide-react";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";
import { IconButton } from "../../ui/icon-button.tsx";

type ArchivedRowProps = { task: Task; onRestore: () => void; onDelete: () => void; onOpen: () => void };

export const ArchivedRow = ({ task, onRestore, onDelete, onOpen }: ArchivedRowProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { boardId, columns, canWrite } = useBoardContext();
  const column = columns.find(({ id }) => id === task.columnId)?.name ?? "";
  return (
    <li data-color={task.color ?? undefined} className="flex items-center gap-2 py-2">
      <span aria-hidden className={task.color ? "h-8 w-1 shrink-0 rounded-full bg-edge" : "w-1 shrink-0"} />
      <div className="min-w-0 flex-1">
        <Link
          to="/b/$boardId/t/$taskId"
          params={{ boardId, taskId: task.id }}
          search={(old) => old}
          state={{ overBoard: true }}
          preload={false}
          onClick={onOpen}
          className="line-clamp-2 font-medium break-words hover:underline"
        >
          {task.title}
        </Link>
        <p className="truncate text-sm text-muted">
          {t("archive.about", { column, at: format.moment(task.archivedAt ?? task.updatedAt) })}
        </p>
      </div>
      {canWrite ? (
        <>
          <Button size="sm" aria-label={t("archive.restoreOne", { title: task.title })} onClick={onRestore}>
            <ArchiveRestore size={14} aria-hidden />
            {t("archive.restore")}
          </Button>
          <IconButton label={t("archive.deleteOne", { title: task.title })} onClick={onDelete}>
            <Trash2 size={15} aria-hidden />
          </IconButton>
        </>
      ) : null}
    </li>
  );
};
