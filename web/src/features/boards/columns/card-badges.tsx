import { clsx } from "clsx";
import { AlignLeft, CalendarClock } from "lucide-react";
import type { Task } from "../../../../../shared/tasks.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { useFormat } from "../../../i18n/use-format.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { dueState } from "../../../lib/day.ts";
import { Avatar } from "../../../ui/avatar.tsx";

const MAX_AVATARS = 4;

/** The bottom row of a card: due date, description, assignees. */
export const CardBadges = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { memberById } = useBoardContext();
  const people = task.assigneeIds.flatMap((id) => memberById.get(id) ?? []);
  if (task.dueAt === null && task.description === "" && people.length === 0) return null;
  return (
    <div className="flex min-h-6 items-center gap-2 text-muted">
      {task.dueAt ? <Due dueAt={task.dueAt} /> : null}
      {task.description ? (
        <span title={t("task.hasDescription")}>
          <AlignLeft size={14} aria-hidden />
          <span className="sr-only">{t("task.hasDescription")}</span>
        </span>
      ) : null}
      <span className="flex-1" />
      {people.length > 0 ? (
        <span className="flex -space-x-0.5">
          {people.slice(0, MAX_AVATARS).map((member) => (
            <Avatar key={member.userId} userId={member.userId} name={member.name} className="ring-2 ring-raised" />
          ))}
          {people.length > MAX_AVATARS ? (
            <span className="tabular flex size-6 items-center justify-center rounded-full bg-pressed text-[0.6875rem] font-medium ring-2 ring-raised">
              +{people.length - MAX_AVATARS}
            </span>
          ) : null}
        </span>
      ) : null}
    </div>
  );
};

const Due = ({ dueAt }: { dueAt: string }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const state = dueState(dueAt, Date.now());
  return (
    <span
      title={t(`task.due.${state}`, { date: format.moment(dueAt) })}
      className={clsx(
        "tabular inline-flex items-center gap-1 rounded-sm px-1 text-xs/5 font-medium",
        state === "overdue" && "bg-danger-soft text-danger",
        state === "soon" && "bg-warning-soft text-warning",
      )}
    >
      <CalendarClock size={13} aria-hidden />
      <span aria-hidden>{format.day(dueAt)}</span>
      <span className="sr-only">{t(`task.due.${state}`, { date: format.moment(dueAt) })}</span>
    </span>
  );
};
