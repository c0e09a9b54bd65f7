import type { Position } from "../../../shared/protocol/position.ts";
import { dependenciesOf, mayStrand } from "../mutation.ts";
import type { SyncSchema } from "../schema.ts";
import type { OrderedMutation, StoredMutation } from "./outbox-port.ts";

/** A mutation of this person that not every snapshot holds yet. */
export type PendingMutation = StoredMutation & {
  /** `unwritten`: it is not in storage yet, and is not sent before it is. */
  readonly status: "unwritten" | "waiting" | "sending" | "answered";
  /** Among the mutations of all tabs; `null` where it is kept in this page alone. */
  readonly order: number | null;
  readonly tries: number;
  /** Where in the history it took effect, once that is known. */
  readonly committedAt: Position | null;
  /** The entity to delete was gone before. */
  readonly notFound: boolean;
  /** Every snapshot that shows it holds it: views no longer show it over them. */
  readonly isConfirmed: boolean;
};

export const storedMutation = ({ key, mutation, title, sentAt, awaited }: PendingMutation): StoredMutation => ({
  key,
  mutation,
  title,
  sentAt,
  awaited,
});

export const freshMutation = ({ key, mutation, title, sentAt, awaited }: StoredMutation): PendingMutation => ({
  key,
  mutation,
  title,
  sentAt,
  awaited,
  status: "unwritten",
  order: null,
  tries: 0,
  committedAt: null,
  notFound: false,
  isConfirmed: false,
});

/**
 * Mutations of other tabs and of former pages, each in its place by `order`. One that is known and waits is sent as it
 * was sent before. The same array when nothing is new.
 */
export const withStored = (
  pending: readonly PendingMutation[],
  stored: readonly OrderedMutation[],
): readonly PendingMutation[] => {
  let all = pending;
  for (const each of stored) {
    const known = all.findIndex(({ key }) => key === each.key);
    if (known >= 0) {
      const { mutation, sentAt } = each;
      const entry = all[known];
      if (entry?.status === "waiting" && sentAt !== null) all = all.with(known, { ...entry, mutation, sentAt });
      continue;
    }
    const behind = all.findIndex(({ order }) => order === null || order > each.order);
    const place = behind < 0 ? all.length : behind;
    all = all.toSpliced(place, 0, { ...freshMutation(each), order: each.order, status: "waiting" });
  }
  return all;
};

/**
 * Keys of the mutations that a refused one takes with it: after a creation those of the entity that it would have made,
 * after a move the deletions of containers that the entity may still be in.
 */
export const fallingWith = (
  schema: SyncSchema,
  pending: readonly PendingMutation[],
  { key, mutation }: PendingMutation,
): ReadonlySet<string> => {
  const gone = new Set([key]);
  const ids = new Set(mutation.op === "create" ? [mutation.id] : []);
  for (const other of pending.slice(pending.findIndex((each) => each.key === key) + 1)) {
    if (other.status === "answered") continue;
    const { reads, writes } = dependenciesOf(schema, other.mutation);
    const needsGone = [...reads, ...writes].some((id) => ids.has(id));
    if (!needsGone && !mayStrand(schema, mutation, other.mutation)) continue;
    gone.add(other.key);
    if (other.mutation.op === "create") ids.add(other.mutation.id);
  }
  return gone;
};
