/** Loads what a board may need later while nobody waits for it, so that it is there offline too. */
export const preloadBoardParts = (): (() => void) => {
  const load = () => {
    const parts = [
      import("../../ui/menu-parts.tsx"),
      import("../../ui/confirm.tsx"),
      import("../../ui/markdown.tsx"),
      import("../tasks/task-route.tsx"),
      import("../tasks/move-dialog.tsx"),
      import("./help-dialog.tsx"),
      import("./columns/column-dialog.tsx"),
      import("./columns/delete-column.tsx"),
      import("./home-page.tsx"),
    ];
    // What cannot be loaded now is asked for again when it is needed.
    void Promise.allSettled(parts);
  };
  const timer = setTimeout(load, 1_200);
  return () => clearTimeout(timer);
};
