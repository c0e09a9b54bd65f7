import { LRUCache } from "lru-cache";
import { NO_SHARED_CACHE, type SharedCache } from "../../../platform/cache/shared-cache.ts";

/** The serialized snapshots that are kept in memory, in UTF-16 units. */
const MAX_LENGTH = 64 * 1024 * 1024;

export type SnapshotCache = {
  /** The serialized snapshot of a board at a position: computed once, however many ask at the same time, here or in another process. */
  get(boardId: string, position: string, compute: () => Promise<string>): Promise<string>;
};

/** A board at a position never changes again, so a kept snapshot is never wrong, only no longer asked for. */
export const createSnapshotCache = (shared: SharedCache = NO_SHARED_CACHE): SnapshotCache => {
  const kept = new LRUCache<string, { readonly position: string; readonly text: string }>({
    maxSize: MAX_LENGTH,
    sizeCalculation: ({ text }) => text.length,
  });
  const fromShared = async (key: string, compute: () => Promise<string>): Promise<string> => {
    const found = await shared.get(key);
    if (found !== null) return found;
    const text = await compute();
    shared.set(key, text);
    return text;
  };
  const computing = new Map<string, Promise<string>>();
  return {
    get: (boardId, position, compute) => {
      const known = kept.get(boardId);
      if (known?.position === position) return Promise.resolve(known.text);
      const key = `${boardId} ${position}`;
      let computed = computing.get(key);
      if (computed === undefined) {
        computed = fromShared(`snapshot:${key}`, compute)
          .then((text) => {
            // Only the latest of a board is asked for again.
            kept.set(boardId, { position, text });
            return text;
          })
          .finally(() => computing.delete(key));
        computing.set(key, computed);
      }
      return computed;
    },
  };
};
