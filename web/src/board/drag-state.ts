/** Where a task would land: an index among the shown tasks of a column, the dragged one left out. */
export type TaskTarget = { readonly columnId: string; readonly index: number };

export type TaskDrag = {
  readonly kind: "task";
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly height: number;
  readonly over: TaskTarget | null;
  /** Held by a pointer, held by the keyboard, or let go and gliding into its place. */
  readonly mode: "pointer" | "keys" | "settling";
};

export type ColumnDrag = {
  readonly kind: "column";
  readonly id: string;
  readonly width: number;
  readonly fromIndex: number;
  /** The index among the other columns. */
  readonly over: number;
};

export type Drag = TaskDrag | ColumnDrag;

export const sameTarget = (a: TaskTarget | null, b: TaskTarget | null): boolean =>
  a === b || (a !== null && b !== null && a.columnId === b.columnId && a.index === b.index);
