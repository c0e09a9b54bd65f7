const HUES = [15, 45, 75, 110, 145, 175, 205, 235, 265, 295, 320, 345];

/** A hue that is the same for a user everywhere. */
export const personHue = (userId: string): number => {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? 205;
};

/** The initials of a name, at most two. */
export const initials = (name: string): string => {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
};
