const PREFIX = "artel.";

/**
 * `localStorage` under this application's own keys. Where the browser forbids storage, reads find nothing and writes
 * are dropped, so nothing may depend on a stored value.
 */
export const localStore = {
  /** The key as a `StorageEvent` names it. */
  storageKey: (key: string): string => `${PREFIX}${key}`,

  get: (key: string): string | null => {
    try {
      return localStorage.getItem(localStore.storageKey(key));
    } catch {
      return null;
    }
  },

  /** `null` removes the key. */
  set: (key: string, value: string | null): void => {
    try {
      if (value === null) localStorage.removeItem(localStore.storageKey(key));
      else localStorage.setItem(localStore.storageKey(key), value);
    } catch {
      return;
    }
  },

  /** All stored keys that begin with `prefix`. */
  keys: (prefix: string): string[] => {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(`${PREFIX}${prefix}`))
        .map((name) => name.slice(PREFIX.length));
    } catch {
      return [];
    }
  },
};
