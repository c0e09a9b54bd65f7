/**
 * Texts that all processes may use, for a while, as long as a cache is there. Only for what never changes under its key
 * and version: what is not found is made anew, and nobody is told when a cache fails.
 */
export type SharedCache = {
  /** `null` when it is not there, or cannot be had quickly. */
  get(key: string, version: string): Promise<string | null>;
  /** Takes the place of the key's other version. */
  set(key: string, version: string, text: string): void;
};

/** Where there is one process, it has a memory of its own. */
export const NO_SHARED_CACHE: SharedCache = { get: async () => null, set: () => {} };
