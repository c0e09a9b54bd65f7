import { localeStore } from "../i18n/i18n.ts";

/** Loads the parts of the page that a board may need later, so they also work offline. */
export const loadAhead = (): void => {
  const parts = [
    import("../ui/menu-parts.tsx"),
    import("../ui/confirm.tsx"),
    import("../ui/markdown.tsx"),
    import("../features/tasks/task-route.tsx"),
    import("../features/tasks/move-dialog.tsx"),
    import("../features/boards/help-dialog.tsx"),
    import("../features/filters/filter-choices.tsx"),
    import("../features/status/refused-list.tsx"),
    import("../features/status/connection-details-button.tsx").then(({ loadConnectionDialog }) =>
      loadConnectionDialog(localeStore.get().language),
    ),
    // The fallback transports are needed when the server is hard to reach; by then it is too late to load them.
    import("../../../client/realtime/fallback/load-fallback.ts"),
    import("../../../client/browser/http-transports.ts"),
    import("../features/status/merge-refused.tsx"),
    import("../features/accounts/sign-out.tsx"),
    import("../features/boards/columns/column-dialog.tsx"),
    import("../features/boards/columns/delete-column.tsx"),
    import("./home-page.tsx"),
  ];
  // A part that fails now is loaded again when it is needed.
  void Promise.allSettled(parts);
};
