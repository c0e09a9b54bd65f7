import type { PresencePeer } from "../../../client/realtime/presence-book.ts";
import type { Task } from "../../../shared/tasks.ts";
import { createStore, type Store } from "../lib/store.ts";
import type { Drag } from "./drag-state.ts";

/** What a column's list can be asked for by those who do not render it. */
export type ColumnList = {
  /** The part that scrolls; null while the column is collapsed. */
  readonly scroller: () => HTMLElement | null;
  readonly element: () => HTMLElement | null;
  /** Tasks as they are shown, in order. */
  readonly taskIds: () => readonly string[];
  /** The place among the shown tasks, the dragged one left out, that a height on the screen means. */
  readonly indexAt: (clientY: number) => number;
  /** Where the gap begins, in the screen's coordinates. */
  readonly slot: (index: number) => { x: number; y: number; width: number } | null;
  readonly reveal: (index: number) => void;
};

export type BufferedInput = {
  readonly keys: readonly KeyboardEvent[];
  /** A pointer that is still pressed. */
  readonly press: PointerEvent | null;
  readonly wanted: boolean;
};

export type Highlight = { readonly userId: string; readonly name: string };
export type MoveDialogState = { readonly taskId: string; readonly returnTo: HTMLElement | null };

/** The board's moods that are nobody's data: kept outside React so that a drag renders only what it touches. */
export type BoardUi = {
  readonly drag: Store<Drag | null>;
  readonly moveDialog: Store<MoveDialogState | null>;
  /** Cards that somebody else has just changed. */
  readonly highlights: Store<ReadonlyMap<string, Highlight>>;
  /** Who else has a task open. */
  readonly taskViewers: Store<ReadonlyMap<string, readonly PresencePeer[]>>;
  /** The task whose card should take the focus as soon as it is there. */
  readonly focusTaskId: Store<string | null>;
  readonly hoveredTaskId: Store<string | null>;
  readonly composingColumnId: Store<string | null>;
  readonly collapsed: Store<ReadonlySet<string>>;
  readonly taskMenu: Store<{ taskId: string; anchor: HTMLElement } | null>;
  /** What was just archived and can be taken back. */
  readonly lastArchived: Store<Task | null>;
  readonly archiveOpen: Store<boolean>;
  readonly filterOpen: Store<boolean>;
  readonly helpOpen: Store<boolean>;
  /** What was done before there was anything that hears it; `null` from then on. */
  readonly bufferedInput: Store<BufferedInput | null>;
  readonly boardElement: Store<HTMLElement | null>;
  readonly lists: Map<string, ColumnList>;
  /** What was begun in a column's composer and not added yet. */
  readonly composerDrafts: Map<string, string>;
};

export const createBoardUi = (collapsed: readonly string[]): BoardUi => ({
  drag: createStore<Drag | null>(null),
  moveDialog: createStore<MoveDialogState | null>(null),
  highlights: createStore<ReadonlyMap<string, Highlight>>(new Map()),
  taskViewers: createStore<ReadonlyMap<string, readonly PresencePeer[]>>(new Map()),
  focusTaskId: createStore<string | null>(null),
  hoveredTaskId: createStore<string | null>(null),
  composingColumnId: createStore<string | null>(null),
  collapsed: createStore<ReadonlySet<string>>(new Set(collapsed)),
  taskMenu: createStore<{ taskId: string; anchor: HTMLElement } | null>(null),
  lastArchived: createStore<Task | null>(null),
  archiveOpen: createStore<boolean>(false),
  filterOpen: createStore<boolean>(false),
  helpOpen: createStore<boolean>(false),
  bufferedInput: createStore<BufferedInput | null>({ keys: [], press: null, wanted: false }),
  boardElement: createStore<HTMLElement | null>(null),
  lists: new Map(),
  composerDrafts: new Map(),
});
