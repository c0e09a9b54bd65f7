import { useState } from "react";
import type { TaskFilter } from "../../../../shared/filters.ts";
import { taskIdSchema } from "../../../../shared/ids.ts";
import { useBoardContext } from "../../board/board-context.ts";
import type { MoveDialogState } from "../../board/board-ui.ts";
import { indexOfMoved, neighboursAt } from "../../board/placement.ts";
import { useColumnTasks, useTask } from "../../board/use-board.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Modal } from "../../ui/modal.tsx";

const ALL: TaskFilter = {};
/** A longer list of numbers helps nobody; beyond it the place is typed. */
const MOST_OPTIONS = 200;

/** Does all that a drag does. */
export const MoveDialog = ({ moving, onClose }: { moving: MoveDialogState; onClose: () => void }) => {
  const { t } = useTranslation();
  const { boardId, columns, actions, ui } = useBoardContext();
  const task = useTask(boardId, moving.taskId);
  const [columnId, setColumnId] = useState(task?.columnId ?? columns[0]?.id ?? "");
  const tasks = useColumnTasks(boardId, columnId, ALL);
  const ids = tasks.map((item) => item.id as string);
  const now = indexOfMoved(ids, moving.taskId);
  const [chosen, setChosen] = useState<string | null>(null);
  const places = ids.includes(moving.taskId) ? ids.length : ids.length + 1;
  const position = chosen ?? String(now + 1);
  const index = Math.max(1, Math.min(places, Number.parseInt(position, 10) || 1)) - 1;
  const others = tasks.filter((item) => item.id !== moving.taskId);
  const behind = others[index - 1];
  const hint = behind ? t("move.after", { title: behind.title }) : t("move.first");
  const close = () => {
    onClose();
    if (!moving.returnTo?.isConnected) ui.focusTaskId.set(moving.taskId);
  };
  if (!task) return null;
  const move = () => {
    const place = neighboursAt(ids, moving.taskId, index);
    const column = columns.find((item) => item.id === columnId);
    if (place && column) {
      actions.moveTask(task.id, {
        columnId: column.id,
        ...(place.afterId ? { afterId: taskIdSchema.parse(place.afterId) } : {}),
        ...(place.beforeId ? { beforeId: taskIdSchema.parse(place.beforeId) } : {}),
      });
      announce(t("announce.moved", { title: task.title, column: column.name, position: index + 1 }));
    }
    close();
    const fromDialog = moving.returnTo?.closest("[role=dialog]");
    if (!fromDialog) ui.focusTaskId.set(moving.taskId);
  };
  return (
    <Modal
      open
      onClose={close}
      title={t("move.title")}
      description={task.title}
      finalFocus={() => (moving.returnTo?.isConnected ? moving.returnTo : null)}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          move();
        }}
      >
        <SelectField
          label={t("move.column")}
          value={columnId}
          onChange={(event) => {
            setColumnId(event.currentTarget.value);
            setChosen(null);
          }}
        >
          {columns.map((column) => (
            <option key={column.id} value={column.id}>
              {column.name}
            </option>
          ))}
        </SelectField>
        {places <= MOST_OPTIONS ? (
          <SelectField
            label={t("move.position")}
            hint={hint}
            value={String(index + 1)}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {Array.from({ length: places }, (_, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the places are their numbers
              <option key={place} value={place + 1}>
                {place + 1}
              </option>
            ))}
          </SelectField>
        ) : (
          <TextField
            label={t("move.position")}
            hint={`${hint} ${t("move.of", { count: places })}`}
            inputMode="numeric"
            value={position}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary">
            {t("task.move")}
          </Button>
        </div>
      </form>
    </Modal>
  );
};
