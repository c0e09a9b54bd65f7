/**
 * A cache of texts that all processes share. Use it only for texts that never change under their key and version: the
 * caller rebuilds a missing text, and a failing cache looks like a miss.
 */
export type SharedCache = {
  /** Returns `null` on a miss, a failure or a timeout. */
  get(key: string, version: string): Promise<string | null>;
  /** Replaces the key's other versions. */
  set(key: string, version: string, text: string): void;
};

/** For a single process, which has its own in-memory cache. */
export const NO_SHARED_CACHE: SharedCache = { get: async () => null, set: () => {} };
