import { useEffect, useEffectEvent } from "react";
import { useBoardContext } from "../../board/board-context.ts";
import { useStore } from "../../lib/store.ts";
import { attachPointerDrag } from "./drag/pointer-drag.ts";
import { useDrop } from "./drag/use-drop.ts";
import { useBoardKeys } from "./use-board-keys.ts";

/** Handles keys and drags, starting with the input that was buffered while it loaded. */
export const BoardInput = () => {
  const { ui, canWrite } = useBoardContext();
  const board = useStore(ui.boardElement, (element) => element);
  const drop = useDrop();
  const dropTask = useEffectEvent(drop.dropTask);
  const dropColumn = useEffectEvent(drop.dropColumn);
  const { taskTitle } = drop;
  const onKey = useEffectEvent(useBoardKeys());
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  useEffect(() => {
    if (!board || !canWrite) return;
    return attachPointerDrag(board, {
      ui,
      dropTask: (id, target) => dropTask(id, target),
      dropColumn: (id, index) => dropColumn(id, index),
      taskTitle,
    });
  }, [board, ui, canWrite, taskTitle]);
  useEffect(() => {
    const early = ui.bufferedInput.get();
    ui.bufferedInput.set(null);
    for (const event of early?.keys ?? []) onKey(event);
    if (early?.press) early.press.target?.dispatchEvent(new PointerEvent("pointerdown", early.press));
  }, [ui]);
  return null;
};
