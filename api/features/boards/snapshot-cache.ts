import { LRUCache } from "lru-cache";
import { NO_SHARED_CACHE, type SharedCache } from "../../../platform/cache/shared-cache.ts";

/** Bound of all serialized snapshots in memory, in UTF-16 units. */
const MAX_LENGTH = 64 * 1024 * 1024;

export type SnapshotCache = {
  /** A board's serialized snapshot at a position from this process's memory; `null` when it is not there. */
  local(boardId: string, position: string): string | null;
  /** The same from the processes' shared cache. Do not await it inside a transaction. */
  shared(boardId: string, position: string): Promise<string | null>;
  /** Computes a snapshot and keeps it; concurrent callers share one computation. */
  compute(boardId: string, position: string, read: () => Promise<string>): Promise<string>;
};

/** A snapshot at a position never changes, so a cached one never becomes wrong, only unused. */
export const createSnapshotCache = (others: SharedCache = NO_SHARED_CACHE): SnapshotCache => {
  // Readers ask for the latest position, so one snapshot a board is enough.
  const snapshots = new LRUCache<string, { readonly position: string; readonly text: string }>({
    maxSize: MAX_LENGTH,
    sizeCalculation: ({ text }) => text.length,
  });
  const local = (boardId: string, position: string): string | null => {
    const snapshot = snapshots.get(boardId);
    return snapshot?.position === position ? snapshot.text : null;
  };
  const keyOf = (boardId: string) => `snapshot:${boardId}`;
  const reading = createOnce<string | null>();
  const computing = createOnce<string>();
  return {
    local,
    shared: (boardId, position) =>
      reading(`${boardId} ${position}`, async () => {
        const text = await others.get(keyOf(boardId), position);
        if (text !== null) snapshots.set(boardId, { position, text });
        return text;
      }),
    compute: async (boardId, position, read) =>
      local(boardId, position) ??
      computing(`${boardId} ${position}`, async () => {
        const text = await read();
        snapshots.set(boardId, { position, text });
        others.set(keyOf(boardId), position, text);
        return text;
      }),
  };
};

/** Lets concurrent calls with one key share one task. */
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
