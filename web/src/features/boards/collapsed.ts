import { localStore } from "../../../../client/browser/local-store.ts";
import type { BoardUi } from "../../board/board-ui.ts";

const key = (boardId: string) => `collapsed.${boardId}`;

/** Columns of a board that are collapsed on this device. */
export const loadCollapsed = (boardId: string): string[] => localStore.get(key(boardId))?.split(",") ?? [];

export const toggleCollapsed = (ui: BoardUi, boardId: string, columnId: string): void => {
  ui.collapsed.set((before) => {
    const after = new Set(before);
    if (!after.delete(columnId)) after.add(columnId);
    localStore.set(key(boardId), after.size > 0 ? [...after].join(",") : null);
    return after;
  });
};
