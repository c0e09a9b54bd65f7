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
/** Above this many positions the number is typed instead of chosen. */
const MAX_OPTIONS = 200;

/** Moves a task to any column and position without a drag. */
export const MoveDialog = ({ state, onClose }: { state: MoveDialogState; onClose: () => void }) => {
  const { t } = useTranslation();
  const { boardId, columns, actions, ui } = useBoardContext();
  const task = useTask(boardId, state.taskId);
  const [columnId, setColumnId] = useState(task?.columnId ?? columns[0]?.id ?? "");
  const tasks = useColumnTasks(boardId, columnId, ALL);
  const ids = tasks.map((item) => item.id as string);
  const currentIndex = indexOfMoved(ids, state.taskId);
  const [chosen, setChosen] = useState<string | null>(null);
  const positionCount = ids.includes(state.taskId) ? ids.length : ids.length + 1;
  const position = chosen ?? String(currentIndex + 1);
  const index = Math.max(1, Math.min(positionCount, Number.parseInt(position, 10) || 1)) - 1;
  const others = tasks.filter((item) => item.id !== state.taskId);
  const previous = others[index - 1];
  const hint = previous ? t("move.after", { title: previous.title }) : t("move.first");
  const close = () => {
    onClose();
    if (!state.returnTo?.isConnected) ui.focusTaskId.set(state.taskId);
  };
  if (!task) return null;
  const move = () => {
    const place = neighboursAt(ids, state.taskId, index);
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
    const fromDialog = state.returnTo?.closest("[role=dialog]");
    if (!fromDialog) ui.focusTaskId.set(state.taskId);
  };
  return (
    <Modal
      open
      onClose={close}
      title={t("move.title")}
      description={task.title}
      finalFocus={() => (state.returnTo?.isConnected ? state.returnTo : null)}
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
        {positionCount <= MAX_OPTIONS ? (
          <SelectField
            label={t("move.position")}
            hint={hint}
            value={String(index + 1)}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {Array.from({ length: positionCount }, (_, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an option is its index
              <option key={place} value={place + 1}>
                {place + 1}
              </option>
            ))}
          </SelectField>
        ) : (
          <TextField
            label={t("move.position")}
            hint={`${hint} ${t("move.of", { count: positionCount })}`}
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
