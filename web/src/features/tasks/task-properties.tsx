import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { dueState, endOfDay, startOfDay, toDayField } from "../../lib/day.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { buttonClass } from "../../ui/button.tsx";
import { CheckRow } from "../../ui/check-row.tsx";
import { ColorChoice } from "../../ui/color-choice.tsx";
import { Pill } from "../../ui/pill.tsx";
import { Popover } from "../../ui/popover.tsx";
import { LabelPicker } from "./label-picker.tsx";

export const TaskProperties = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { actions, canWrite } = useBoardContext();
  const color = task.color;
  return (
    <>
      {canWrite ? (
        <ColorChoice
          label={t("task.color")}
          value={color}
          onChange={(next) => actions.updateTask(task.id, { color: next })}
        />
      ) : color ? (
        <Property label={t("task.color")}>
          <span className="flex items-center gap-2">
            <span aria-hidden data-color={color} className="size-3 rounded-full bg-edge" />
            {t(`color.${color}`)}
          </span>
        </Property>
      ) : null}
      <Labels task={task} />
      <People task={task} />
      <Day
        label={t("task.dueDate")}
        iso={task.dueAt}
        late={task.dueAt !== null && dueState(task.dueAt, Date.now()) === "overdue"}
        onChange={(value) => actions.updateTask(task.id, { dueAt: endOfDay(value) })}
      />
      <Day
        label={t("task.startDate")}
        iso={task.startAt}
        onChange={(value) => actions.updateTask(task.id, { startAt: startOfDay(value) })}
      />
    </>
  );
};

const Property = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="flex flex-col gap-1.5">
    <div className="text-sm font-medium text-muted">{label}</div>
    {children}
  </div>
);

const addClass = buttonClass("ghost", "sm", "-ml-2 self-start");

const Labels = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { labelById, canWrite } = useBoardContext();
  const labels = task.labelIds.flatMap((id) => labelById.get(id) ?? []);
  if (!canWrite && labels.length === 0) return null;
  return (
    <Property label={t("task.labels")}>
      {labels.length > 0 ? (
        <div className="flex flex-wrap gap-1">
          {labels.map((label) => (
            <Pill key={label.id} name={label.name} color={label.color} />
          ))}
        </div>
      ) : null}
      {canWrite ? (
        <Popover
          label={t("task.labels")}
          trigger={
            <button type="button" className={addClass}>
              <Plus size={14} aria-hidden />
              {t("task.chooseLabels")}
            </button>
          }
        >
          <LabelPicker task={task} />
        </Popover>
      ) : null}
    </Property>
  );
};

const People = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { members, memberById, actions, canWrite } = useBoardContext();
  const people = task.assigneeIds.flatMap((id) => memberById.get(id) ?? []);
  if (!canWrite && people.length === 0) return null;
  return (
    <Property label={t("task.assignees")}>
      {people.map((member) => (
        <div key={member.userId} className="flex items-center gap-2">
          <Avatar userId={member.userId} name={member.name} decorative />
          <span className="min-w-0 truncate">{member.name}</span>
        </div>
      ))}
      {canWrite ? (
        <Popover
          label={t("task.assignees")}
          trigger={
            <button type="button" className={addClass}>
              <Plus size={14} aria-hidden />
              {t("task.assign")}
            </button>
          }
        >
          {members.map((member) => {
            const assigned = task.assigneeIds.includes(member.userId);
            return (
              <CheckRow
                key={member.userId}
                label={member.name}
                checked={assigned}
                onChange={() =>
                  actions.updateTask(
                    task.id,
                    assigned ? { removeAssigneeIds: [member.userId] } : { addAssigneeIds: [member.userId] },
                  )
                }
              >
                <Avatar userId={member.userId} name={member.name} size="xs" decorative />
                <span className="min-w-0 truncate">{member.name}</span>
              </CheckRow>
            );
          })}
        </Popover>
      ) : null}
    </Property>
  );
};

type DayProps = { label: string; iso: string | null; late?: boolean; onChange: (value: string) => void };

const Day = ({ label, iso, late = false, onChange }: DayProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { canWrite } = useBoardContext();
  if (!canWrite) {
    return iso ? <Property label={label}>{format.day(iso)}</Property> : null;
  }
  return (
    <Property label={label}>
      <div className="flex items-center gap-1">
        <input
          type="date"
          aria-label={label}
          value={toDayField(iso)}
          min="0001-01-01"
          max="9999-12-31"
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value !== toDayField(iso)) onChange(value);
          }}
          className="field tabular min-h-8!"
        />
        {iso ? (
          <button type="button" className={buttonClass("ghost", "sm")} onClick={() => onChange("")}>
            {t("task.clearDate")}
          </button>
        ) : null}
      </div>
      {late ? <p className="text-sm text-danger">{t("task.overdue")}</p> : null}
    </Property>
  );
};
