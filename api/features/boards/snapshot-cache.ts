import { LRUCache } from "lru-cache";

/** The serialized snapshots that are kept in memory, in UTF-16 units. */
const MAX_LENGTH = 64 * 1024 * 1024;

export type SnapshotCache = {
  /** The serialized snapshot of a board at a position: computed once, however many ask at the same time. */
  get(boardId: string, position: string, compute: () => Promise<string>): Promise<string>;
};

/** A board at a position never changes again, so a kept snapshot is never wrong, only no longer asked for. */
export const createSnapshotCache = (): SnapshotCache => {
  const kept = new LRUCache<string, { readonly position: string; readonly text: string }>({
    maxSize: MAX_LENGTH,
    sizeCalculation: ({ text }) => text.length,
  });
  const computing = new Map<string, Promise<string>>();
  return {
    get: (boardId, position, compute) => {
      const known = kept.get(boardId);
      if (known?.position === position) return Promise.resolve(known.text);
      const key = `${boardId} ${position}`;
      let computed = computing.get(key);
      if (computed === undefined) {
        computed = compute()
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
