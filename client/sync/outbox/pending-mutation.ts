import type { Position } from "../../../shared/protocol/position.ts";
import { type Intent, isCreation, subjectOf, touchesOf } from "../mutations.ts";
import type { PlacedEntry, StoredEntry } from "./outbox-port.ts";

/** A change of ours that the confirmed state does not hold yet. */
export type Entry = StoredEntry & {
  /** `unwritten`: it is not on the device yet, and is not sent before it is. */
  readonly status: "unwritten" | "waiting" | "sending" | "answered";
  /** Among the changes of all tabs; `null` where it is kept in this page alone. */
  readonly order: number | null;
  readonly tries: number;
  /** Where in the history it took effect, once that is known. */
  readonly reached: Position | null;
  /** What was to be deleted was gone before. */
  readonly absent: boolean;
  /** The confirmed state holds it: it is not shown over it any more. */
  readonly held: boolean;
};

export const storedEntry = ({ key, intent, title, sentAt, awaited }: Entry): StoredEntry => ({
  key,
  intent,
  title,
  sentAt,
  awaited,
});

export const freshEntry = ({ key, intent, title, sentAt, awaited }: StoredEntry): Entry => ({
  key,
  intent,
  title,
  sentAt,
  awaited,
  status: "unwritten",
  order: null,
  tries: 0,
  reached: null,
  absent: false,
  held: false,
});

/**
 * Entries of other tabs and of former pages, each put where it belongs. One that is known and waits is sent as it was
 * sent before. The same array when nothing is new.
 */
export const withStored = (entries: readonly Entry[], stored: readonly PlacedEntry[]): readonly Entry[] => {
  let all = entries;
  for (const each of stored) {
    const known = all.findIndex(({ key }) => key === each.key);
    if (known >= 0) {
      const { intent, sentAt } = each;
      const entry = all[known];
      if (entry?.status === "waiting" && sentAt !== null) all = all.with(known, { ...entry, intent, sentAt });
      continue;
    }
    const behind = all.findIndex(({ order }) => order === null || order > each.order);
    const place = behind < 0 ? all.length : behind;
    all = all.toSpliced(place, 0, { ...freshEntry(each), order: each.order, status: "waiting" });
  }
  return all;
};

/**
 * Keys of what can't be done without an entry: with a creation all that was to be done to what it would have made, with
 * a move the columns that were to be deleted after it. The task may still be in one of them.
 */
export const fallingWith = (entries: readonly Entry[], { key, intent }: Entry): ReadonlySet<string> => {
  const gone = new Set([key]);
  const ids = new Set(isCreation(intent) ? [subjectOf(intent)] : []);
  for (const other of entries.slice(entries.findIndex((each) => each.key === key) + 1)) {
    if (other.status === "answered") continue;
    const { reads, writes } = touchesOf(other.intent);
    if (!mayStrand(intent, other.intent) && ![...reads, ...writes].some((id) => ids.has(id))) continue;
    gone.add(other.key);
    if (isCreation(other.intent)) ids.add(subjectOf(other.intent));
  }
  return gone;
};

/** Whether a move's task may be in a column that is deleted afterwards, if it is not moved. */
const mayStrand = (move: Intent, deletion: Intent): boolean =>
  move.kind === "task.move" &&
  deletion.kind === "column.delete" &&
  deletion.boardId === move.boardId &&
  deletion.id !== move.move.columnId;
