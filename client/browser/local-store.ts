/** Under which key of `localStorage` something is remembered. */
export const keyOf = (key: string): string => `artel.${key}`;

/** Reads what was remembered on this device; `null` also where storage is forbidden. */
export const recall = (key: string): string | null => {
  try {
    return localStorage.getItem(keyOf(key));
  } catch {
    return null;
  }
};

/** Remembers a text on this device, `null` forgets it. What cannot be kept is not kept: nothing depends on it. */
export const remember = (key: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(keyOf(key));
    else localStorage.setItem(keyOf(key), value);
  } catch {
    return;
  }
};

/** The keys of what is remembered that begin so. */
export const recalled = (prefix: string): string[] => {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(`artel.${prefix}`))
      .map((name) => name.slice("artel.".length));
  } catch {
    return [];
  }
};
