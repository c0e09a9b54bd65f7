import type { PresencePeer } from "../../../client/realtime/presence-book.ts";
import type { Task } from "../../../shared/tasks.ts";
import { createStore, type Store } from "../lib/store.ts";
import type { Drag } from "./drag-state.ts";

/** Lets drag and keyboard code measure and scroll a column's list that it does not render. */
export type ColumnList = {
  /** The scroll container; null while the column is collapsed. */
  readonly scroller: () => HTMLElement | null;
  readonly element: () => HTMLElement | null;
  /** Visible tasks, in order. */
  readonly taskIds: () => readonly string[];
  /** Maps a viewport y to an index among the visible tasks, not counting the dragged one. */
  readonly indexAt: (clientY: number) => number;
  /** The top left corner and the width of the gap at an index, in viewport coordinates. */
  readonly slot: (index: number) => { x: number; y: number; width: number } | null;
  readonly reveal: (index: number) => void;
};

/** Input that arrived before its handlers had loaded. */
export type BufferedInput = {
  readonly keys: readonly KeyboardEvent[];
  /** The pointerdown of a pointer that is still pressed. */
  readonly press: PointerEvent | null;
  /** Any input at all, also a mere pointer move. */
  readonly hasInput: boolean;
};

export type Highlight = { readonly userId: string; readonly name: string };
export type MoveDialogState = { readonly taskId: string; readonly returnTo: HTMLElement | null };

/** Board UI state that is not persisted. Stores outside React, so a drag renders only the components it affects. */
export type BoardUi = {
  readonly drag: Store<Drag | null>;
  readonly moveDialog: Store<MoveDialogState | null>;
  /** By task: the person who has just changed it. */
  readonly highlights: Store<ReadonlyMap<string, Highlight>>;
  /** By task: the other people who have it open. */
  readonly taskViewers: Store<ReadonlyMap<string, readonly PresencePeer[]>>;
  /** The task whose card takes the focus as soon as it is rendered. */
  readonly focusTaskId: Store<string | null>;
  readonly hoveredTaskId: Store<string | null>;
  readonly composingColumnId: Store<string | null>;
  readonly collapsed: Store<ReadonlySet<string>>;
  readonly taskMenu: Store<{ taskId: string; anchor: HTMLElement } | null>;
  /** The task that was just archived, while undoing is offered. */
  readonly lastArchived: Store<Task | null>;
  readonly archiveOpen: Store<boolean>;
  readonly filterOpen: Store<boolean>;
  readonly helpOpen: Store<boolean>;
  /** `null` once the handlers have loaded. */
  readonly bufferedInput: Store<BufferedInput | null>;
  readonly boardElement: Store<HTMLElement | null>;
  readonly lists: Map<string, ColumnList>;
  /** By column: text in the composer that is not added yet. */
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
  bufferedInput: createStore<BufferedInput | null>({ keys: [], press: null, hasInput: false }),
  boardElement: createStore<HTMLElement | null>(null),
  lists: new Map(),
  composerDrafts: new Map(),
});
