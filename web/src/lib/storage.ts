/** Reads what was remembered on this device; `null` also where storage is forbidden. */
export const recall = (key: string): string | null => {
  try {
    return localStorage.getItem(`artel.${key}`);
  } catch {
    return null;
  }
};

/** Remembers a text on this device, `null` forgets it. What cannot be kept is not kept: nothing depends on it. */
export const remember = (key: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(`artel.${key}`);
    else localStorage.setItem(`artel.${key}`, value);
  } catch {
    return;
  }
};
