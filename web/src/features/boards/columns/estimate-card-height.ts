import type { Task } from "../../../../../shared/tasks.ts";

const CHARACTERS_A_LINE = 34;
const LINE = 20;
const PADDING = 20;
const MOST_LINES = 8;

/** Estimates the height of a card that is not measured yet, which keeps the scroll bar nearly right. */
export const estimateCardHeight = (task: Task | undefined): number => {
  if (!task) return LINE + PADDING;
  const lines = Math.min(MOST_LINES, Math.ceil(task.title.length / CHARACTERS_A_LINE));
  const labels = task.labelIds.length > 0 ? 26 : 0;
  const signs = task.dueAt !== null || task.assigneeIds.length > 0 || task.description !== "" ? 30 : 0;
  return PADDING + lines * LINE + labels + signs;
};
