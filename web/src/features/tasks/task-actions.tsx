import { Archive, ArrowLeftRight, Check, Link2, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { archiveTask } from "../archive/archive-task.ts";

type TaskActionsProps = { task: Task; onClose: () => void; onMove: (returnTo: HTMLElement) => void };

export const TaskActions = ({ task, onClose, onMove }: TaskActionsProps) => {
  const { t } = useTranslation();
  const { actions, ui, canWrite, taskHref } = useBoardContext();
  const [copied, setCopied] = useState(false);
  const [asking, setAsking] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(new URL(taskHref(task.id).split("?")[0] ?? "", location.href).href);
    setCopied(true);
    announce(t("task.linkCopied"));
  };
  return (
    <div className="flex flex-col items-stretch gap-1 border-t border-border pt-4 [&>button]:justify-start">
      {canWrite ? (
        <Button look="ghost" size="sm" onClick={(event) => onMove(event.currentTarget)}>
          <ArrowLeftRight size={15} aria-hidden />
          {t("task.move")}
        </Button>
      ) : null}
      <Button look="ghost" size="sm" onClick={() => void copy().catch(() => setCopied(false))}>
        {copied ? <Check size={15} aria-hidden /> : <Link2 size={15} aria-hidden />}
        {copied ? t("task.linkCopied") : t("task.copyLink")}
      </Button>
      {canWrite ? (
        <>
          <Button
            look="ghost"
            size="sm"
            onClick={() => {
              onClose();
              archiveTask({ actions, ui }, t, task);
            }}
          >
            <Archive size={15} aria-hidden />
            {t("task.archive")}
          </Button>
          <Button look="quietDanger" size="sm" onClick={() => setAsking(true)}>
            <Trash2 size={15} aria-hidden />
            {t("task.delete")}
          </Button>
        </>
      ) : null}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          onClose();
          actions.deleteTask(task.id);
        }}
        title={t("task.deleteTitle")}
        verb={t("task.delete")}
      >
        {t("task.deleteText", { title: task.title })}
      </Confirm>
    </div>
  );
};
