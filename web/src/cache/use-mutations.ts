import type { Board, UpdateBoard } from "../../../shared/boards.ts";
import type { CreateColumn, MoveColumn, UpdateColumn } from "../../../shared/columns.ts";
import type { ColumnId, LabelId, TaskId } from "../../../shared/ids.ts";
import type { CreateLabel, UpdateLabel } from "../../../shared/labels.ts";
import type { CreateTask, MoveTask, UpdateTask } from "../../../shared/tasks.ts";
import type { ApiProblem } from "../lib/api-client.ts";

/** Every call shows its effect at once and is sent in the background; a refusal appears in `useRefused`. */
export type BoardActions = {
  readonly createTask: (input: Omit<CreateTask, "id">) => TaskId;
  readonly updateTask: (id: string, change: UpdateTask) => void;
  readonly moveTask: (id: string, move: MoveTask) => void;
  readonly deleteTask: (id: string) => void;
  readonly createColumn: (input: Omit<CreateColumn, "id">) => ColumnId;
  readonly updateColumn: (id: string, change: UpdateColumn) => void;
  readonly moveColumn: (id: string, move: MoveColumn) => void;
  readonly deleteColumn: (id: string) => void;
  readonly createLabel: (input: Omit<CreateLabel, "id">) => LabelId;
  readonly updateLabel: (id: string, change: UpdateLabel) => void;
  readonly deleteLabel: (id: string) => void;
  readonly updateBoard: (change: UpdateBoard) => void;
};

/** The functions keep their identity while `boardId` stays the same. */
export const useBoardActions = (_boardId: string): BoardActions => {
  throw new Error("not yet");
};

export type BoardsActions = {
  /** Resolves when the server has made it; throws `ApiProblem` when it refuses. */
  readonly createBoard: (name: string) => Promise<Board>;
  readonly updateBoard: (id: string, change: UpdateBoard) => void;
  readonly deleteBoard: (id: string) => void;
};
export const useBoardsActions = (_teamId: string): BoardsActions => {
  throw new Error("not yet");
};

export type IntentKind =
  | "task.create"
  | "task.update"
  | "task.move"
  | "task.delete"
  | "column.create"
  | "column.update"
  | "column.move"
  | "column.delete"
  | "label.create"
  | "label.update"
  | "label.delete"
  | "board.create"
  | "board.update"
  | "board.delete";

export type RefusedChange = {
  readonly id: string;
  /** What was tried, as a code to translate. */
  readonly what: IntentKind;
  /** Title or name of what it was tried on. */
  readonly title: string;
  readonly problem: ApiProblem;
  /** Does it again, on the state as it is now. */
  readonly retry: () => void;
  readonly dismiss: () => void;
};

/** Changes that the server refused and that were taken back. */
export const useRefused = (): readonly RefusedChange[] => [];
