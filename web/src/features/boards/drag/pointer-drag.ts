import type { BoardUi } from "../../../board/board-ui.ts";
import { sameTarget, type TaskTarget } from "../../../board/drag-state.ts";
import { autoScroll } from "./auto-scroll.ts";
import { columnIndexAt, columnUnder } from "./column-geometry.ts";
import { type Ghost, liftGhost } from "./ghost.ts";

export type DragHost = {
  readonly ui: BoardUi;
  /** Carries out the drop; false when nothing has to change. */
  readonly dropTask: (taskId: string, target: TaskTarget) => boolean;
  readonly dropColumn: (columnId: string, index: number) => void;
  readonly taskTitle: (taskId: string) => string;
};

type Held = { kind: "task" | "column"; id: string; element: HTMLElement; x: number; y: number; pointerId: number };
type Phase =
  | { name: "idle" }
  | { name: "pressed"; held: Held; timer: ReturnType<typeof setTimeout> | null }
  | { name: "dragging"; held: Held; ghost: Ghost; grabX: number; grabY: number; frame: number };

const MOUSE_SLOP = 5;
const TOUCH_SLOP = 8;
const LONG_PRESS = 280;
const NOT_A_HANDLE = "button, input, textarea, select, [contenteditable]";

/**
 * Dragging by pointer events: mouse at once, touch after a long press.
 * The browser's own drag and drop does not start by touch everywhere and blocks the wheel while it runs, so there is one way for all.
 */
export const attachPointerDrag = (board: HTMLElement, host: DragHost): (() => void) => {
  const { ui } = host;
  let phase: Phase = { name: "idle" };
  let x = 0;
  let y = 0;

  const find = (target: EventTarget | null): Omit<Held, "x" | "y" | "pointerId"> | null => {
    if (!(target instanceof Element) || target.closest(NOT_A_HANDLE)) return null;
    const card = target.closest<HTMLElement>("[data-drag-task]");
    if (card?.dataset.dragTask) return { kind: "task", id: card.dataset.dragTask, element: card };
    const handle = target.closest<HTMLElement>("[data-drag-column]");
    const column = handle?.closest<HTMLElement>("[data-column]");
    if (column?.dataset.column) return { kind: "column", id: column.dataset.column, element: column };
    return null;
  };

  const follow = () => {
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
    if (autoScroll(x, y, board, list)) follow();
    phase.frame = requestAnimationFrame(tick);
  };

  const begin = (held: Held) => {
    const rect = held.element.getBoundingClientRect();
    const ghost = liftGhost(held.element);
    phase = { name: "dragging", held, ghost, grabX: held.x - rect.left, grabY: held.y - rect.top, frame: 0 };
    board.setPointerCapture(held.pointerId);
    document.documentElement.style.cursor = "grabbing";
    getSelection()?.removeAllRanges();
    if (held.kind === "task") {
      const from = held.element.closest<HTMLElement>("[data-column]")?.dataset.column ?? "";
      const title = host.taskTitle(held.id);
      ui.drag.set({ kind: "task", id: held.id, title, from, height: rect.height, over: null, mode: "pointer" });
    } else {
      const fromIndex = columnIndexAt(board, held.id, rect.left + rect.width / 2);
      ui.drag.set({ kind: "column", id: held.id, width: rect.width, fromIndex, over: fromIndex });
    }
    follow();
    phase.frame = requestAnimationFrame(tick);
  };

  const end = () => {
    if (phase.name === "pressed" && phase.timer) clearTimeout(phase.timer);
    if (phase.name === "dragging") {
      cancelAnimationFrame(phase.frame);
      if (board.hasPointerCapture(phase.held.pointerId)) board.releasePointerCapture(phase.held.pointerId);
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
    swallowClick();
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
    const settles = before?.kind === "task" && before.mode === "settling";
    if (before && !settles) return;
    const found = find(event.target);
    if (!found) return;
    // A quick hand takes the next card before the last one has come to rest.
    if (settles) ui.drag.set(null);
    x = event.clientX;
    y = event.clientY;
    const held = { ...found, x, y, pointerId: event.pointerId };
    const touch = event.pointerType === "touch";
    phase = { name: "pressed", held, timer: touch ? setTimeout(() => begin(held), LONG_PRESS) : null };
  };

  const onMove = (event: PointerEvent) => {
    if (phase.name === "idle" || event.pointerId !== phase.held.pointerId) return;
    x = event.clientX;
    y = event.clientY;
    if (phase.name === "pressed") {
      const way = Math.hypot(x - phase.held.x, y - phase.held.y);
      if (phase.timer) {
        if (way > TOUCH_SLOP) end();
      } else if (way > MOUSE_SLOP) begin(phase.held);
    }
    if (phase.name !== "dragging") return;
    phase.ghost.moveTo(x - phase.grabX, y - phase.grabY);
    follow();
  };

  const onUp = (event: PointerEvent) => {
    if (phase.name === "idle" || event.pointerId !== phase.held.pointerId) return;
    drop();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || phase.name !== "dragging") return;
    event.preventDefault();
    event.stopPropagation();
    swallowClick();
    cancel();
  };
  const quiet = (event: Event) => {
    if (phase.name === "dragging" || (phase.name === "pressed" && phase.timer)) event.preventDefault();
  };
  const onTouchMove = (event: TouchEvent) => {
    if (phase.name === "dragging" && event.cancelable) event.preventDefault();
  };
  const noNativeDrag = (event: DragEvent) => event.preventDefault();

  board.addEventListener("pointerdown", onDown);
  board.addEventListener("dragstart", noNativeDrag);
  board.addEventListener("contextmenu", quiet);
  // Not passive: a drag by touch must be able to hold the scrolling back.
  board.addEventListener("touchmove", onTouchMove, { passive: false });
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", onUp);
  addEventListener("pointercancel", cancel);
  addEventListener("keydown", onKey, true);
  addEventListener("blur", cancel);
  return () => {
    cancel();
    board.removeEventListener("pointerdown", onDown);
    board.removeEventListener("dragstart", noNativeDrag);
    board.removeEventListener("contextmenu", quiet);
    board.removeEventListener("touchmove", onTouchMove);
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", onUp);
    removeEventListener("pointercancel", cancel);
    removeEventListener("keydown", onKey, true);
    removeEventListener("blur", cancel);
  };
};

/** The press that ended a drag is not also a click on what lies there. */
const swallowClick = () => {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 60);
};
