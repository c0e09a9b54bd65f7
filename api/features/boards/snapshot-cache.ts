import { LRUCache } from "lru-cache";
import { NO_SHARED_CACHE, type SharedCache } from "../../../platform/cache/shared-cache.ts";

/** The serialized snapshots that are kept in memory, in UTF-16 units. */
const MAX_LENGTH = 64 * 1024 * 1024;

export type SnapshotCache = {
  /** The serialized snapshot of a board at a position, if this process has it. */
  kept(boardId: string, position: string): string | null;
  /** The same, if another process has it. Not to be waited for within a transaction. */
  shared(boardId: string, position: string): Promise<string | null>;
  /** Computes it once, however many ask at the same time, and keeps it. */
  computed(boardId: string, position: string, compute: () => Promise<string>): Promise<string>;
};

/** A board at a position never changes again, so a kept snapshot is never wrong, only no longer asked for. */
export const createSnapshotCache = (others: SharedCache = NO_SHARED_CACHE): SnapshotCache => {
  // Only the latest of a board is asked for again.
  const snapshots = new LRUCache<string, { readonly position: string; readonly text: string }>({
    maxSize: MAX_LENGTH,
    sizeCalculation: ({ text }) => text.length,
  });
  const kept = (boardId: string, position: string): string | null => {
    const known = snapshots.get(boardId);
    return known?.position === position ? known.text : null;
  };
  const keyOf = (boardId: string) => `snapshot:${boardId}`;
  const asked = createOnce<string | null>();
  const computing = createOnce<string>();
  return {
    kept,
    shared: (boardId, position) =>
      asked(`${boardId} ${position}`, async () => {
        const text = await others.get(keyOf(boardId), position);
        if (text !== null) snapshots.set(boardId, { position, text });
        return text;
      }),
    computed: async (boardId, position, compute) =>
      kept(boardId, position) ??
      computing(`${boardId} ${position}`, async () => {
        const text = await compute();
        snapshots.set(boardId, { position, text });
        others.set(keyOf(boardId), position, text);
        return text;
      }),
  };
};

/** One task for all who want the same at the same time. */
const createOnce = <Value>() => {
  const running = new Map<string, Promise<Value>>();
  return (key: string, task: () => Promise<Value>): Promise<Value> => {
    let value = running.get(key);
    if (value === undefined) {
      value = task().finally(() => running.delete(key));
      running.set(key, value);
    }
    return value;
  };
};
