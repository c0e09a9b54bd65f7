import { useRef, useState } from "react";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { useDelayed } from "../../lib/use-delayed.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Message } from "../../ui/message.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { searchTasks } from "./archive.ts";
import { ArchivedRow } from "./archived-row.tsx";
import { useArchive } from "./use-archive.ts";

const PAGE_SIZE = 50;

/** Archived tasks, newest first; each can be restored or deleted. */
export const ArchiveDialog = ({ onClose }: { onClose: () => void }) => {
  const { t } = useTranslation();
  const { boardId, teamId, actions } = useBoardContext();
  const archive = useArchive(boardId, teamId);
  const late = useDelayed(archive.status === "loading");
  const [query, setQuery] = useState("");
  const [limit, setLimit] = useState(PAGE_SIZE);
  const [deleting, setDeleting] = useState<Task | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const found = searchTasks(archive.items, query);
  // The row and its focused button disappear: keep the focus in the dialog.
  const focusSearch = () => field.current?.focus();
  const restore = (task: Task) => {
    actions.restoreTask(task);
    announce(t("archive.restored", { title: task.title }));
    focusSearch();
  };
  return (
    <Modal open wide onClose={onClose} title={t("archive.title")} initialFocus={field}>
      <div className="flex flex-col gap-3">
        <input
          ref={field}
          type="search"
          aria-label={t("archive.search")}
          placeholder={t("archive.search")}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          className="field"
        />
        {archive.error ? (
          <Message tone="danger">
            {problemText(t, archive.error)}{" "}
            <button type="button" className="font-medium underline" onClick={archive.refetch}>
              {t("common.tryAgain")}
            </button>
          </Message>
        ) : null}
        {late ? [0, 1, 2].map((item) => <Skeleton key={item} className="h-12" />) : null}
        {archive.status === "ready" ? (
          <p role="status" className="text-sm text-muted">
            {archive.items.length === 0
              ? t("archive.empty")
              : found.length === 0
                ? t("archive.nothing")
                : t("archive.count", { count: found.length })}
          </p>
        ) : null}
        <ul className="flex flex-col divide-y divide-border">
          {found.slice(0, limit).map((task) => (
            <ArchivedRow
              key={task.id}
              task={task}
              onRestore={() => restore(task)}
              onDelete={() => setDeleting(task)}
              onOpen={onClose}
            />
          ))}
        </ul>
        {found.length > limit ? (
          <Button onClick={() => setLimit(limit + PAGE_SIZE)}>
            {t("archive.more", { count: Math.min(PAGE_SIZE, found.length - limit) })}
          </Button>
        ) : null}
      </div>
      <Confirm
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        onConfirm={() => {
          if (deleting) actions.deleteArchivedTask(deleting);
          setDeleting(null);
          setTimeout(focusSearch);
        }}
        title={t("task.deleteTitle")}
        verb={t("task.delete")}
      >
        {t("task.deleteText", { title: deleting?.title ?? "" })}
      </Confirm>
    </Modal>
  );
};
