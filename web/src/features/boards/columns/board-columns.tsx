import { useEffect } from "react";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTask } from "../../../board/use-board.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { useStore } from "../../../lib/store.ts";
import { AddColumn } from "./add-column.tsx";
import { ColumnView } from "./column-view.tsx";
import { EmptyBoard } from "./empty-board.tsx";

export const BoardColumns = () => {
  const { t } = useTranslation();
  const { boardId, columns, ui, canWrite } = useBoardContext();
  const draggedTaskId = useStore(ui.drag, (state) => (state?.kind === "task" ? state.id : null));
  const isGone = useTask(boardId, draggedTaskId ?? "") === null && draggedTaskId !== null;
  useEffect(() => {
    // Somebody else deleted the dragged task.
    if (isGone) ui.drag.set(null);
  }, [isGone, ui]);
  const drag = useStore(ui.drag, (state) => (state?.kind === "column" ? state : null));
  const dragging = useStore(ui.drag, (state) => state !== null);
  const draggedIndex = drag ? columns.findIndex((column) => column.id === drag.id) : -1;
  return (
    <div
      ref={ui.boardElement.set}
      onPointerOver={(event) => {
        if (event.pointerType === "touch") return;
        const card = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-task]") : null;
        ui.hoveredTaskId.set(card?.dataset.task ?? null);
      }}
      onPointerLeave={() => ui.hoveredTaskId.set(null)}
      className="thin-scroll flex h-full snap-x snap-proximity scroll-px-3 items-start gap-3 overflow-x-auto overflow-y-hidden p-3 sm:snap-none sm:p-4 data-dragging:snap-none"
      data-dragging={dragging || undefined}
    >
      {columns.map((column, index) => {
        const isBehind = draggedIndex >= 0 && index > draggedIndex;
        const place = isBehind ? index - 1 : index;
        const width = drag ? drag.width + 12 : 0;
        const shift = drag && index !== draggedIndex ? (isBehind ? -width : 0) + (place >= drag.over ? width : 0) : 0;
        return (
          <ColumnView
            key={column.id}
            column={column}
            shift={shift}
            isDragged={index === draggedIndex}
            isAnimated={drag !== null}
          />
        );
      })}
      {canWrite ? columns.length === 0 ? <EmptyBoard /> : <AddColumn /> : null}
      {!canWrite && columns.length === 0 ? <p className="p-6 text-muted">{t("board.nothingYet")}</p> : null}
    </div>
  );
};
