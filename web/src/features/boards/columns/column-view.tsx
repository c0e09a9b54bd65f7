import { clsx } from "clsx";
import { memo, useCallback, useEffect, useEffectEvent, useRef } from "react";
import type { Column } from "../../../../../shared/columns.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { useColumnTasks, useTaskCount } from "../../../board/use-board.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { useStore } from "../../../lib/store.ts";
import { toggleCollapsed } from "../collapsed.ts";
import { CollapsedColumn } from "./collapsed-column.tsx";
import { ColumnHeader } from "./column-header.tsx";
import { Composer } from "./composer.tsx";
import { TaskList } from "./task-list.tsx";

type ColumnViewProps = {
  column: Column;
  /** Horizontal offset in pixels that makes room for a dragged column. */
  shift: number;
  isDragged: boolean;
  isAnimated: boolean;
};

export const ColumnView = memo(({ column, shift, isDragged, isAnimated }: ColumnViewProps) => {
  const { t } = useTranslation();
  const { boardId, ui, filter, filtering, canWrite } = useBoardContext();
  const tasks = useColumnTasks(boardId, column.id, filter);
  const count = useTaskCount(boardId, column.id);
  const collapsed = useStore(ui.collapsed, (set) => set.has(column.id));
  const over = useStore(ui.drag, (drag) => drag?.kind === "task" && drag.over?.columnId === column.id);
  const root = useRef<HTMLElement>(null);
  const limit = column.wipLimit;
  const collapse = useCallback(() => toggleCollapsed(ui, boardId, column.id), [ui, boardId, column.id]);
  const taskIds = useEffectEvent(() => tasks.map((task) => task.id));
  useEffect(() => {
    if (!collapsed) return;
    ui.lists.set(column.id, {
      scroller: () => null,
      element: () => root.current,
      taskIds: () => taskIds(),
      indexAt: () => taskIds().length,
      slot: () => null,
      reveal: () => collapse(),
    });
    return () => {
      ui.lists.delete(column.id);
    };
  }, [collapsed, ui, column.id, collapse]);
  return (
    <section
      ref={root}
      aria-label={column.name}
      data-column={column.id}
      data-color={column.color ?? undefined}
      style={{ transform: shift === 0 ? undefined : `translateX(${shift}px)` }}
      className={clsx(
        "group/column relative flex max-h-full shrink-0 snap-start flex-col rounded-xl bg-sunken outline-2 outline-transparent",
        collapsed ? "w-11" : "w-[min(280px,calc(100vw-2.5rem))]",
        isAnimated && "shifts",
        isDragged && "opacity-0",
        over && "outline-accent/35",
      )}
    >
      {column.color ? <div aria-hidden className="absolute inset-x-3 top-0 h-[3px] rounded-b-full bg-edge" /> : null}
      {collapsed ? (
        <CollapsedColumn column={column} count={count} onExpand={collapse} />
      ) : (
        <>
          <ColumnHeader column={column} count={count} shown={filtering ? tasks.length : null} onCollapse={collapse} />
          <TaskList columnId={column.id} name={column.name} tasks={tasks} />
          {tasks.length === 0 && count > 0 && filtering ? (
            <p className="px-3 pb-3 text-center text-sm text-muted">{t("column.noneMatch")}</p>
          ) : null}
          {canWrite ? <Composer column={column} /> : null}
          {limit !== null && count > limit ? <span className="sr-only">{t("column.overLimit")}</span> : null}
        </>
      )}
    </section>
  );
});
