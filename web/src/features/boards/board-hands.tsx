import { useEffect, useRef } from "react";
import { useBoardContext } from "../../board/board-context.ts";
import { useStore } from "../../lib/store.ts";
import { attachPointerDrag } from "./drag/pointer-drag.ts";
import { useDrop } from "./drag/use-drop.ts";
import { useBoardKeys } from "./use-board-keys.ts";

/** Hears keys and drags, beginning with what was done before it was there. */
export const BoardHands = () => {
  const { ui, writes } = useBoardContext();
  const board = useStore(ui.board, (element) => element);
  const drop = useDrop();
  const host = useRef(drop);
  host.current = drop;
  const hear = useBoardKeys(() => ui.filterOpen.set(true));
  useEffect(() => {
    if (!board || !writes) return;
    return attachPointerDrag(board, {
      ui,
      dropTask: (id, target) => host.current.dropTask(id, target),
      dropColumn: (id, index) => host.current.dropColumn(id, index),
      taskTitle: (id) => host.current.taskTitle(id),
    });
  }, [board, ui, writes]);
  const first = useRef(hear);
  first.current = hear;
  useEffect(() => {
    const early = ui.early.get();
    ui.early.set(null);
    for (const event of early?.keys ?? []) first.current(event);
    if (early?.press) early.press.target?.dispatchEvent(new PointerEvent("pointerdown", early.press));
  }, [ui]);
  return null;
};
