import { Archive, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { useStore } from "../../lib/store.ts";
import { Button } from "../../ui/button.tsx";
import { IconButton } from "../../ui/icon-button.tsx";

const VISIBLE_MS = 12_000;

/** Offers to undo the latest archiving for a moment. */
export const ArchivedNotice = () => {
  const { ui } = useBoardContext();
  const task = useStore(ui.lastArchived, (state) => state);
  return task ? <Notice key={task.id} task={task} /> : null;
};

const Notice = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { actions, ui } = useBoardContext();
  const [isPaused, setPaused] = useState(false);
  useEffect(() => {
    if (isPaused) return;
    const timer = setTimeout(() => ui.lastArchived.set(null), VISIBLE_MS);
    return () => clearTimeout(timer);
  }, [isPaused, ui]);
  const undo = () => {
    actions.restoreTask(task);
    announce(t("archive.restored", { title: task.title }));
    ui.lastArchived.set(null);
    ui.focusTaskId.set(task.id);
  };
  return (
    <div className="fade pointer-events-none absolute inset-x-0 bottom-4 z-10 flex justify-center px-4">
      <section
        aria-label={t("announce.archived", { title: task.title })}
        onPointerEnter={() => setPaused(true)}
        onPointerLeave={() => setPaused(false)}
        onFocus={() => setPaused(true)}
        onBlur={() => setPaused(false)}
        className="pointer-events-auto flex max-w-full items-center gap-2 rounded-lg bg-overlay py-2 pr-2 pl-4 shadow-pop"
      >
        <Archive size={16} aria-hidden className="shrink-0 text-muted" />
        <span className="max-w-72 min-w-0 truncate">{t("archive.done", { title: task.title })}</span>
        <Button size="sm" onClick={undo}>
          {t("archive.undo")}
        </Button>
        <IconButton label={t("common.dismiss")} onClick={() => ui.lastArchived.set(null)}>
          <X size={16} aria-hidden />
        </IconButton>
      </section>
    </div>
  );
};
