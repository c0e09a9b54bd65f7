import { useEffect } from "react";
import { useBoardContext } from "../../board/board-context.ts";
import type { BufferedInput } from "../../board/board-ui.ts";

/** Buffers keys and presses until `BoardInput` has loaded. Any input makes it load at once. */
export const useBufferedInput = (): void => {
  const { ui } = useBoardContext();
  useEffect(() => {
    const record = (change: (input: BufferedInput) => Partial<BufferedInput>) =>
      ui.bufferedInput.set((input) => input && { ...input, hasInput: true, ...change(input) });
    const key = (event: KeyboardEvent) => record(({ keys }) => ({ keys: [...keys, event] }));
    const press = (event: PointerEvent) => record(() => ({ press: event }));
    const release = () => record(() => ({ press: null }));
    const hover = () => record(() => ({}));
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
