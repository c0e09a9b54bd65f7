export type Neighbours = { readonly afterId?: string; readonly beforeId?: string };

/**
 * Says a place among siblings as the neighbours that it lies between.
 * `ids` are those that are shown, `index` counts without the moved one. `null` when it already lies there.
 */
export const neighboursAt = (ids: readonly string[], movedId: string, index: number): Neighbours | null => {
  const others = ids.filter((id) => id !== movedId);
  const place = Math.max(0, Math.min(index, others.length));
  if (ids.indexOf(movedId) === place && others.length < ids.length) return null;
  const afterId = others[place - 1];
  const beforeId = others[place];
  return { ...(afterId ? { afterId } : {}), ...(beforeId ? { beforeId } : {}) };
};

/** The index without the moved one at which it lies now; the end where it is not among them. */
export const indexOfMoved = (ids: readonly string[], movedId: string): number => {
  const index = ids.indexOf(movedId);
  return index < 0 ? ids.length : index;
};

export const clampIndex = (ids: readonly string[], movedId: string, index: number): number => {
  const count = ids.includes(movedId) ? ids.length - 1 : ids.length;
  return Math.max(0, Math.min(index, count));
};
