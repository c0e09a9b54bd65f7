import type { Board } from "../../../shared/boards.ts";
import type { Column } from "../../../shared/columns.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import type { Label } from "../../../shared/labels.ts";
import type { Member } from "../../../shared/members.ts";
import type { Role } from "../../../shared/role.ts";
import type { Task } from "../../../shared/tasks.ts";

export type BoardView = {
  readonly status: "loading" | "ready" | "gone" | "forbidden" | "error";
  readonly board: Board | null;
  /** In order. */
  readonly columns: readonly Column[];
  /** By name. */
  readonly labels: readonly Label[];
  /** By name. */
  readonly members: readonly Member[];
  /** The reader's own. */
  readonly role: Role | null;
  readonly error?: Error;
  readonly refetch: () => void;
};

/** Reads a board and keeps it; it does not change its identity when only tasks change. */
export const useBoard = (_boardId: string): BoardView => {
  throw new Error("not yet");
};

/** The column's tasks in order that pass the filter. Pass a stable `filter`. */
export const useColumnTasks = (
  _boardId: string,
  _columnId: string,
  _filter: TaskFilter,
): readonly Task[] => [];

/** How many tasks the column holds, whatever the filter. */
export const useTaskCount = (_boardId: string, _columnId: string): number => 0;

export const useTask = (_boardId: string, _taskId: string): Task | null => null;

/** Ids of what has changes on this board that the server has not confirmed yet. */
export const usePending = (_boardId: string): ReadonlySet<string> => new Set();

/** How many changes wait to be sent or answered, of all boards. */
export const usePendingCount = (): number => 0;
