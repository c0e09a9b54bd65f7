import "@tanstack/history";

declare module "@tanstack/history" {
  interface HistoryState {
    /** The task was opened from its board, so Back leads there. */
    overBoard?: boolean;
  }
}
