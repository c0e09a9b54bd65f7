import { useEffect } from "react";
import { useBoardContext } from "../../board/board-context.ts";
import type { BufferedInput } from "../../board/board-ui.ts";

/** What hears keys and drags comes after the board: until then they are kept for it, and make it come at once. */
export const useBufferedInput = (): void => {
  const { ui } = useBoardContext();
  useEffect(() => {
    const note = (change: (early: BufferedInput) => Partial<BufferedInput>) =>
      ui.bufferedInput.set((early) => early && { ...early, wanted: true, ...change(early) });
    const key = (event: KeyboardEvent) => note(({ keys }) => ({ keys: [...keys, event] }));
    const press = (event: PointerEvent) => note(() => ({ press: event }));
    const release = () => note(() => ({ press: null }));
    const hover = () => note(() => ({}));
    addEventListener("keydown", key);
    addEventListener("pointerdown", press);
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
    addEventListener("pointermove", hover, { once: true });
    return () => {
      removeEventListener("keydown", key);
      removeEventListener("pointerdown", press);
      removeEventListener("pointerup", release);
      removeEventListener("pointercancel", release);
      removeEventListener("pointermove", hover);
    };
  }, [ui]);
};
