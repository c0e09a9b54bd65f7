import "@tanstack/react-router";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The task was opened from its board, so going back closes it. */
    overBoard?: boolean;
  }
}
