/** The drop target of a task: an index among the visible tasks of a column, not counting the dragged one. */
export type TaskTarget = { readonly columnId: string; readonly index: number };

export type TaskDrag = {
  readonly kind: "task";
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly height: number;
  readonly over: TaskTarget | null;
  /** `settling`: dropped, and its ghost still glides into place. */
  readonly mode: "pointer" | "keys" | "settling";
};

export type ColumnDrag = {
  readonly kind: "column";
  readonly id: string;
  readonly width: number;
  readonly fromIndex: number;
  /** Index among the other columns. */
  readonly over: number;
};

export type Drag = TaskDrag | ColumnDrag;

export const sameTarget = (a: TaskTarget | null, b: TaskTarget | null): boolean =>
  a === b || (a !== null && b !== null && a.columnId === b.columnId && a.index === b.index);
