/** Counts each user's streams on this node. */
export type StreamSlots = {
  /** Takes one of `limit` slots. Returns a function that releases it, to be called once, or `null` if all are taken. */
  take(userId: string, limit: number): (() => void) | null;
};

export const createStreamSlots = (): StreamSlots => {
  const taken = new Map<string, number>();
  return {
    take: (userId, limit) => {
      const count = taken.get(userId) ?? 0;
      if (count >= limit) return null;
      taken.set(userId, count + 1);
      return () => {
        const left = (taken.get(userId) ?? 1) - 1;
        if (left > 0) taken.set(userId, left);
        else taken.delete(userId);
      };
    },
  };
};
