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

export type EarlyInput = {
  readonly keys: readonly KeyboardEvent[];
  /** A pointer that is still pressed. */
  readonly press: PointerEvent | null;
  readonly wanted: boolean;
};

export type Mark = { readonly userId: string; readonly name: string };
export type Moving = { readonly taskId: string; readonly returnTo: HTMLElement | null };

/** The board's moods that are nobody's data: kept outside React so that a drag renders only what it touches. */
export type BoardUi = {
  readonly drag: Store<Drag | null>;
  readonly moving: Store<Moving | null>;
  /** Cards that somebody else has just changed. */
  readonly marks: Store<ReadonlyMap<string, Mark>>;
  /** Who else has a task open. */
  readonly openBy: Store<ReadonlyMap<string, readonly PresencePeer[]>>;
  /** The task whose card should take the focus as soon as it is there. */
  readonly wanted: Store<string | null>;
  readonly hovered: Store<string | null>;
  readonly composing: Store<string | null>;
  readonly collapsed: Store<ReadonlySet<string>>;
  readonly menu: Store<{ taskId: string; anchor: HTMLElement } | null>;
  /** What was just archived and can be taken back. */
  readonly archived: Store<Task | null>;
  readonly archiveOpen: Store<boolean>;
  readonly filterOpen: Store<boolean>;
  readonly helpOpen: Store<boolean>;
  /** What was done before there was anything that hears it; `null` from then on. */
  readonly early: Store<EarlyInput | null>;
  readonly board: Store<HTMLElement | null>;
  readonly lists: Map<string, ColumnList>;
  /** What was begun in a column's composer and not added yet. */
  readonly unsent: Map<string, string>;
};

export const createBoardUi = (collapsed: readonly string[]): BoardUi => ({
  drag: createStore<Drag | null>(null),
  moving: createStore<Moving | null>(null),
  marks: createStore<ReadonlyMap<string, Mark>>(new Map()),
  openBy: createStore<ReadonlyMap<string, readonly PresencePeer[]>>(new Map()),
  wanted: createStore<string | null>(null),
  hovered: createStore<string | null>(null),
  composing: createStore<string | null>(null),
  collapsed: createStore<ReadonlySet<string>>(new Set(collapsed)),
  menu: createStore<{ taskId: string; anchor: HTMLElement } | null>(null),
  archived: createStore<Task | null>(null),
  archiveOpen: createStore<boolean>(false),
  filterOpen: createStore<boolean>(false),
  helpOpen: createStore<boolean>(false),
  early: createStore<EarlyInput | null>({ keys: [], press: null, wanted: false }),
  board: createStore<HTMLElement | null>(null),
  lists: new Map(),
  unsent: new Map(),
});
