import type { BoardUi } from "../../../board/board-ui.ts";
import { sameTarget, type TaskTarget } from "../../../board/drag-state.ts";
import { autoScroll } from "./auto-scroll.ts";
import { columnIndexAt, columnUnder } from "./column-geometry.ts";
import { createGhost, type Ghost } from "./ghost.ts";

export type DragHost = {
  readonly ui: BoardUi;
  /** Moves the task. Returns false when it already lies there. */
  readonly dropTask: (taskId: string, target: TaskTarget) => boolean;
  readonly dropColumn: (columnId: string, index: number) => void;
  readonly taskTitle: (taskId: string) => string;
};

type DragSource = {
  kind: "task" | "column";
  id: string;
  element: HTMLElement;
  x: number;
  y: number;
  pointerId: number;
};
type Phase =
  | { name: "idle" }
  | { name: "pressed"; source: DragSource; timer: ReturnType<typeof setTimeout> | null }
  | { name: "dragging"; source: DragSource; ghost: Ghost; grabX: number; grabY: number; frame: number };

const MOUSE_SLOP_PX = 5;
const TOUCH_SLOP_PX = 8;
const LONG_PRESS_MS = 280;
const INTERACTIVE = "button, input, textarea, select, [contenteditable]";

/**
 * Drags tasks and columns by pointer events: by mouse at once, by touch after a long press. Native drag and drop does not
 * start by touch in every browser and blocks the wheel meanwhile. Returns a function that detaches the listeners.
 */
export const attachPointerDrag = (board: HTMLElement, host: DragHost): (() => void) => {
  const { ui } = host;
  let phase: Phase = { name: "idle" };
  let x = 0;
  let y = 0;

  const sourceAt = (target: EventTarget | null): Omit<DragSource, "x" | "y" | "pointerId"> | null => {
    if (!(target instanceof Element) || target.closest(INTERACTIVE)) return null;
    const card = target.closest<HTMLElement>("[data-drag-task]");
    if (card?.dataset.dragTask) return { kind: "task", id: card.dataset.dragTask, element: card };
    const handle = target.closest<HTMLElement>("[data-drag-column]");
    const column = handle?.closest<HTMLElement>("[data-column]");
    if (column?.dataset.column) return { kind: "column", id: column.dataset.column, element: column };
    return null;
  };

  const updateTarget = () => {
    if (phase.name !== "dragging") return;
    const drag = ui.drag.get();
    if (drag?.kind === "task") {
      const columnId = columnUnder(board, x);
      const list = columnId ? ui.lists.get(columnId) : undefined;
      const over = columnId ? { columnId, index: list?.indexAt(y) ?? 0 } : null;
      if (!sameTarget(over, drag.over)) ui.drag.set({ ...drag, over });
    } else if (drag?.kind === "column") {
      const over = columnIndexAt(board, drag.id, x);
      if (over !== drag.over) ui.drag.set({ ...drag, over });
    }
  };

  const tick = () => {
    if (phase.name !== "dragging") return;
    const drag = ui.drag.get();
    const over = drag?.kind === "task" ? drag.over : null;
    const list = over ? (ui.lists.get(over.columnId)?.scroller() ?? null) : null;
    if (autoScroll(x, y, board, list)) updateTarget();
    phase.frame = requestAnimationFrame(tick);
  };

  const begin = (source: DragSource) => {
    const rect = source.element.getBoundingClientRect();
    const ghost = createGhost(source.element);
    phase = { name: "dragging", source, ghost, grabX: source.x - rect.left, grabY: source.y - rect.top, frame: 0 };
    board.setPointerCapture(source.pointerId);
    document.documentElement.style.cursor = "grabbing";
    getSelection()?.removeAllRanges();
    if (source.kind === "task") {
      const from = source.element.closest<HTMLElement>("[data-column]")?.dataset.column ?? "";
      const title = host.taskTitle(source.id);
      ui.drag.set({ kind: "task", id: source.id, title, from, height: rect.height, over: null, mode: "pointer" });
    } else {
      const fromIndex = columnIndexAt(board, source.id, rect.left + rect.width / 2);
      ui.drag.set({ kind: "column", id: source.id, width: rect.width, fromIndex, over: fromIndex });
    }
    updateTarget();
    phase.frame = requestAnimationFrame(tick);
  };

  const end = () => {
    if (phase.name === "pressed" && phase.timer) clearTimeout(phase.timer);
    if (phase.name === "dragging") {
      cancelAnimationFrame(phase.frame);
      if (board.hasPointerCapture(phase.source.pointerId)) board.releasePointerCapture(phase.source.pointerId);
      document.documentElement.style.cursor = "";
    }
    phase = { name: "idle" };
  };

  const cancel = () => {
    if (phase.name === "dragging") {
      phase.ghost.remove();
      ui.drag.set(null);
    }
    end();
  };

  const drop = () => {
    if (phase.name !== "dragging") return end();
    const { ghost } = phase;
    const drag = ui.drag.get();
    end();
    suppressNextClick();
    if (drag?.kind === "column") {
      ghost.remove();
      ui.drag.set(null);
      if (drag.over !== drag.fromIndex) host.dropColumn(drag.id, drag.over);
      return;
    }
    if (!drag?.over) {
      ghost.remove();
      ui.drag.set(null);
      return;
    }
    const slot = ui.lists.get(drag.over.columnId)?.slot(drag.over.index) ?? null;
    host.dropTask(drag.id, drag.over);
    if (!slot) {
      ghost.remove();
      ui.drag.set(null);
      return;
    }
    ui.drag.set({ ...drag, over: null, mode: "settling" });
    void ghost.settle(slot.x, slot.y).then(() => {
      const now = ui.drag.get();
      if (now?.kind === "task" && now.id === drag.id && now.mode === "settling") ui.drag.set(null);
    });
  };

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary || phase.name !== "idle") return;
    const before = ui.drag.get();
    const isSettling = before?.kind === "task" && before.mode === "settling";
    if (before && !isSettling) return;
    const hit = sourceAt(event.target);
    if (!hit) return;
    // The next drag may start while the last ghost still settles.
    if (isSettling) ui.drag.set(null);
    x = event.clientX;
    y = event.clientY;
    const source = { ...hit, x, y, pointerId: event.pointerId };
    const touch = event.pointerType === "touch";
    phase = { name: "pressed", source, timer: touch ? setTimeout(() => begin(source), LONG_PRESS_MS) : null };
  };

  const onMove = (event: PointerEvent) => {
    if (phase.name === "idle" || event.pointerId !== phase.source.pointerId) return;
    x = event.clientX;
    y = event.clientY;
    if (phase.name === "pressed") {
      const distance = Math.hypot(x - phase.source.x, y - phase.source.y);
      if (phase.timer) {
        if (distance > TOUCH_SLOP_PX) end();
      } else if (distance > MOUSE_SLOP_PX) begin(phase.source);
    }
    if (phase.name !== "dragging") return;
    phase.ghost.moveTo(x - phase.grabX, y - phase.grabY);
    updateTarget();
  };

  const onUp = (event: PointerEvent) => {
    if (phase.name === "idle" || event.pointerId !== phase.source.pointerId) return;
    drop();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || phase.name !== "dragging") return;
    event.preventDefault();
    event.stopPropagation();
    suppressNextClick();
    cancel();
  };
  const preventContextMenu = (event: Event) => {
    if (phase.name === "dragging" || (phase.name === "pressed" && phase.timer)) event.preventDefault();
  };
  const onTouchMove = (event: TouchEvent) => {
    if (phase.name === "dragging" && event.cancelable) event.preventDefault();
  };
  const preventNativeDrag = (event: DragEvent) => event.preventDefault();

  board.addEventListener("pointerdown", onDown);
  board.addEventListener("dragstart", preventNativeDrag);
  board.addEventListener("contextmenu", preventContextMenu);
  // Not passive: a touch drag must prevent scrolling.
  board.addEventListener("touchmove", onTouchMove, { passive: false });
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", onUp);
  addEventListener("pointercancel", cancel);
  addEventListener("keydown", onKey, true);
  addEventListener("blur", cancel);
  return () => {
    cancel();
    board.removeEventListener("pointerdown", onDown);
    board.removeEventListener("dragstart", preventNativeDrag);
    board.removeEventListener("contextmenu", preventContextMenu);
    board.removeEventListener("touchmove", onTouchMove);
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", onUp);
    removeEventListener("pointercancel", cancel);
    removeEventListener("keydown", onKey, true);
    removeEventListener("blur", cancel);
  };
};

/** Suppresses the click that follows the pointerup of a drag. */
const suppressNextClick = () => {
  const suppress = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", suppress, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", suppress, { capture: true }), 60);
};
