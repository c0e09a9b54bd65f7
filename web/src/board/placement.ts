export type Neighbours = { readonly afterId?: string; readonly beforeId?: string };

/**
 * Describes a place among siblings by its neighbours. `ids` are the visible siblings, `index` does not count the moved one.
 * Returns null when the moved one already lies there.
 */
export const neighboursAt = (ids: readonly string[], movedId: string, index: number): Neighbours | null => {
  const others = ids.filter((id) => id !== movedId);
  const place = Math.max(0, Math.min(index, others.length));
  if (ids.indexOf(movedId) === place && others.length < ids.length) return null;
  const afterId = others[place - 1];
  const beforeId = others[place];
  return { ...(afterId ? { afterId } : {}), ...(beforeId ? { beforeId } : {}) };
};

/** The moved one's current index, or the end when it is not among `ids`. */
export const indexOfMoved = (ids: readonly string[], movedId: string): number => {
  const index = ids.indexOf(movedId);
  return index < 0 ? ids.length : index;
};

export const clampIndex = (ids: readonly string[], movedId: string, index: number): number => {
  const count = ids.includes(movedId) ? ids.length - 1 : ids.length;
  return Math.max(0, Math.min(index, count));
};
