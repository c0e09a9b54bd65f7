import { clsx } from "clsx";
import { Clock, Ellipsis } from "lucide-react";
import { memo } from "react";
import type { Task } from "../../../../../shared/tasks.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTask } from "../../../board/use-board.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { useStore } from "../../../lib/store.ts";
import { Avatar, personStyle } from "../../../ui/avatar.tsx";
import { IconButton } from "../../../ui/icon-button.tsx";
import { Pill } from "../../../ui/pill.tsx";
import { CardBadges } from "./card-badges.tsx";

type TaskCardProps = { task: Task; pending: boolean; hidden: boolean };

export const TaskCard = memo(({ task, pending, hidden }: TaskCardProps) => {
  const { t } = useTranslation();
  const { ui, canWrite, openTask, taskHref } = useBoardContext();
  const highlight = useStore(ui.highlights, (marks) => marks.get(task.id) ?? null);
  const peers = useStore(ui.taskViewers, (map) => map.get(task.id) ?? null);
  const outlined = highlight ?? (peers?.[0] ? { userId: peers[0].userId, name: peers[0].name } : null);
  return (
    <div
      data-drag-task={canWrite ? task.id : undefined}
      data-card={task.id}
      data-color={task.color ?? undefined}
      {...(outlined ? { "data-person": "", style: personStyle(outlined.userId) } : {})}
      className={clsx(
        "group/card relative touch-manipulation rounded-lg bg-raised shadow-card select-none [-webkit-touch-callout:none]",
        "hover:outline-1 hover:-outline-offset-1 hover:outline-border has-[a:focus-visible]:outline-2! has-[a:focus-visible]:outline-offset-1! has-[a:focus-visible]:outline-accent!",
        outlined && "outline-2! outline-offset-0! outline-person!",
        hidden && "opacity-0",
      )}
    >
      <CardFace task={task} />
      <a
        href={taskHref(task.id)}
        draggable={false}
        aria-keyshortcuts={canWrite ? "Space M" : undefined}
        className="absolute inset-0 z-1 rounded-lg outline-none"
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          openTask(task.id);
        }}
      >
        <span className="sr-only">{task.title}</span>
      </a>
      {task.color ? <span className="sr-only">{t("task.colorIs", { color: t(`color.${task.color}`) })}</span> : null}
      {pending ? (
        <span className="absolute right-2 bottom-1.5 text-muted" title={t("task.pending")}>
          <Clock size={12} aria-hidden />
          <span className="sr-only">{t("task.pending")}</span>
        </span>
      ) : null}
      {highlight ? (
        <span className="fade absolute -top-2 right-2 z-2 max-w-40 truncate rounded-full bg-person px-1.5 text-xs/4 font-medium text-on-person">
          {highlight.name}
        </span>
      ) : peers ? (
        <span
          className="fade absolute -top-2 right-2 z-2 flex -space-x-1"
          title={t("task.openBy", { name: peers.map((peer) => peer.name).join(", ") })}
        >
          {peers.slice(0, 3).map((peer) => (
            <Avatar key={peer.userId} userId={peer.userId} name={peer.name} size="xs" className="ring-2 ring-raised" />
          ))}
        </span>
      ) : null}
      {canWrite ? (
        <IconButton
          label={t("task.actions")}
          aria-haspopup="menu"
          onClick={(event) => ui.taskMenu.set({ taskId: task.id, anchor: event.currentTarget })}
          className="absolute! top-1 right-1 z-2 bg-raised! opacity-0 shadow-card group-hover/card:opacity-100 focus-visible:opacity-100 pointer-coarse:hidden"
        >
          <Ellipsis size={15} aria-hidden />
        </IconButton>
      ) : null}
    </div>
  );
});

/** The visible part of a card. The link over it carries the accessible name. */
const CardFace = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { labelById } = useBoardContext();
  const labels = task.labelIds.flatMap((id) => labelById.get(id) ?? []);
  return (
    <>
      {task.color ? (
        <span
          title={t(`color.${task.color}`)}
          className="absolute inset-0 overflow-hidden rounded-lg before:absolute before:inset-y-0 before:left-0 before:w-1 before:bg-edge after:absolute after:inset-0 after:bg-edge after:opacity-[0.06]"
        />
      ) : null}
      <div className={clsx("relative flex flex-col gap-1.5 py-2.5 pr-3", task.color ? "pl-3.5" : "pl-3")}>
        {labels.length > 0 ? (
          <div className="flex flex-wrap gap-1">
            {labels.map((label) => (
              <Pill key={label.id} name={label.name} color={label.color} />
            ))}
          </div>
        ) : null}
        <div aria-hidden className="line-clamp-8 whitespace-pre-line break-words">
          {task.title}
        </div>
        <CardBadges task={task} />
      </div>
    </>
  );
};

/** The card that the keyboard carries, drawn in its drop slot. */
export const GrabbedCard = ({ taskId }: { taskId: string }) => {
  const { boardId } = useBoardContext();
  const task = useTask(boardId, taskId);
  if (!task) return null;
  return (
    <div
      data-color={task.color ?? undefined}
      className="relative h-full overflow-hidden rounded-lg bg-raised shadow-lift outline-2 outline-accent"
    >
      <CardFace task={task} />
    </div>
  );
};
