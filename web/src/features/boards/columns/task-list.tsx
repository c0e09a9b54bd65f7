import { useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";
import type { Task } from "../../../../../shared/tasks.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { usePending } from "../../../board/use-board.ts";
import { useStore } from "../../../lib/store.ts";
import { estimateCardHeight } from "./estimate-card-height.ts";
import { CARD_GAP, heightChangeOf, indexAtOffset, offsetOf } from "./list-geometry.ts";
import { GrabbedCard, TaskCard } from "./task-card.tsx";

/** Pixels above the first card, where the name of the person who changed it is shown. */
const LIST_PADDING = 8;

type TaskListProps = { columnId: string; name: string; tasks: readonly Task[] };

/** A column's cards. Only those near the viewport are rendered; `aria-setsize` still tells how many there are. */
export const TaskList = ({ columnId, name, tasks }: TaskListProps) => {
  const { boardId, ui } = useBoardContext();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const pending = usePending(boardId);
  const draggedId = useStore(ui.drag, (drag) => (drag?.kind === "task" && drag.from === columnId ? drag.id : null));
  const hiddenId = useStore(ui.drag, (drag) => (drag?.kind === "task" ? drag.id : null));
  const gap = useStore(ui.drag, (drag) =>
    drag?.kind === "task" && drag.over?.columnId === columnId ? drag.over.index : -1,
  );
  const gapSize = useStore(ui.drag, (drag) => (drag?.kind === "task" ? drag.height : 0));
  const isByKeys = useStore(ui.drag, (drag) => drag?.kind === "task" && drag.mode === "keys");
  const isSettling = useStore(ui.drag, (drag) => drag?.kind === "task" && drag.mode === "settling");
  const focusTaskId = useStore(ui.focusTaskId, (id) => id);
  const draggedIndex = draggedId && !isSettling ? tasks.findIndex((task) => task.id === draggedId) : -1;

  const virtualizer = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateCardHeight(tasks[index]),
    getItemKey: useCallback((index: number) => tasks[index]?.id ?? index, [tasks]),
    gap: CARD_GAP,
    overscan: 6,
    paddingStart: LIST_PADDING,
    paddingEnd: 4,
    useFlushSync: false,
    initialRect: { width: 280, height: 900 },
    rangeExtractor: useCallback(
      (range: { startIndex: number; endIndex: number; overscan: number; count: number }) => {
        const first = Math.max(0, range.startIndex - range.overscan);
        const last = Math.min(range.count - 1, range.endIndex + range.overscan);
        const indexes = new Set<number>();
        for (let index = first; index <= last; index += 1) indexes.add(index);
        // The dragged and the focused card stay rendered, or the pointer and the keyboard would lose them.
        const focused = document.activeElement?.closest<HTMLElement>("[data-index]");
        const focusedIndex = focused && list.current?.contains(focused) ? Number(focused.dataset.index) : -1;
        for (const index of [draggedIndex, focusedIndex]) if (index >= 0 && index < range.count) indexes.add(index);
        return [...indexes].sort((a, b) => a - b);
      },
      [draggedIndex],
    ),
  });

  const measured = (index: number) => virtualizer.measurementsCache[index];
  const draggedItem = draggedIndex >= 0 ? measured(draggedIndex) : undefined;
  const layout = { draggedIndex, draggedSize: draggedItem?.size ?? 0, gap, gapSize };
  const slotStart = (index: number): number => {
    const at = draggedIndex >= 0 && index >= draggedIndex ? index + 1 : index;
    const item = measured(at);
    const closed = draggedIndex >= 0 && at > draggedIndex ? layout.draggedSize + CARD_GAP : 0;
    if (item) return item.start - closed;
    const last = measured(tasks.length - 1);
    const end = last ? last.end + CARD_GAP : LIST_PADDING;
    return draggedIndex >= 0 ? end - (layout.draggedSize + CARD_GAP) : end;
  };

  const taskIds = useEffectEvent(() => tasks.map((task) => task.id));
  const indexAt = useEffectEvent((clientY: number) => {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    if (tasks.length === 0) return 0;
    return indexAtOffset(clientY - top, (height) => virtualizer.getVirtualItemForOffset(height), draggedItem);
  });
  const slot = useEffectEvent((index: number) => {
    const rect = list.current?.getBoundingClientRect();
    return rect ? { x: rect.left, y: rect.top + slotStart(index), width: rect.width } : null;
  });
  useEffect(() => {
    ui.lists.set(columnId, {
      scroller: () => scroller.current,
      element: () => list.current,
      taskIds: () => taskIds(),
      indexAt: (clientY) => indexAt(clientY),
      slot: (index) => slot(index),
      reveal: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
    });
    return () => {
      ui.lists.delete(columnId);
    };
  }, [ui, columnId, virtualizer]);

  const focusIndex = focusTaskId ? tasks.findIndex((task) => task.id === focusTaskId) : -1;
  useLayoutEffect(() => {
    if (focusIndex < 0 || !focusTaskId) return;
    virtualizer.scrollToIndex(focusIndex, { align: "auto" });
    let frame = 0;
    let tries = 0;
    const focus = () => {
      const link = list.current?.querySelector<HTMLElement>(`[data-task="${focusTaskId}"] a`);
      if (link) {
        link.focus({ preventScroll: true });
        link.closest("li")?.scrollIntoView({ block: "nearest", inline: "nearest" });
        if (ui.focusTaskId.get() === focusTaskId) ui.focusTaskId.set(null);
      } else if (tries < 20) {
        tries += 1;
        frame = requestAnimationFrame(focus);
      }
    };
    focus();
    return () => cancelAnimationFrame(frame);
  }, [focusTaskId, focusIndex, ui, virtualizer]);

  const isShifted = draggedIndex >= 0 || gap >= 0;
  return (
    <div
      ref={scroller}
      data-scroller
      className="thin-scroll min-h-2 flex-1 overflow-x-hidden overflow-y-auto overscroll-y-contain px-2"
    >
      <div className="relative">
        <ul
          ref={list}
          // biome-ignore lint/a11y/noRedundantRoles: Safari drops the list role of a list without bullets
          role="list"
          aria-label={name}
          style={{ height: tasks.length === 0 && gap < 0 ? 0 : virtualizer.getTotalSize() + heightChangeOf(layout) }}
          className="relative"
        >
          {virtualizer.getVirtualItems().map((item) => {
            const task = tasks[item.index];
            if (!task) return null;
            return (
              <li
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                data-task={task.id}
                aria-setsize={tasks.length}
                aria-posinset={item.index + 1}
                style={{ transform: `translateY(${item.start + offsetOf(item.index, layout)}px)` }}
                className={clsx("absolute inset-x-0 top-0", isShifted && item.index !== draggedIndex && "shifts")}
              >
                <TaskCard task={task} pending={pending.has(task.id)} hidden={task.id === hiddenId} />
              </li>
            );
          })}
        </ul>
        {gap >= 0 ? <DropSlot start={slotStart(gap)} height={gapSize} grabbedId={isByKeys ? hiddenId : null} /> : null}
      </div>
    </div>
  );
};

/** Marks the drop target. It stands beside the list, since a list may contain only its items. */
const DropSlot = ({ start, height, grabbedId }: { start: number; height: number; grabbedId: string | null }) => (
  <div
    aria-hidden
    style={{ height, transform: `translateY(${start}px)` }}
    className="pointer-events-none absolute inset-x-0 top-0 rounded-lg bg-accent-soft outline-1 -outline-offset-1 outline-accent/40"
  >
    {grabbedId ? <GrabbedCard taskId={grabbedId} /> : null}
  </div>
);
