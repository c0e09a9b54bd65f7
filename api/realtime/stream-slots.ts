/** How many streams each person holds on this node. */
export type StreamSlots = {
  /** Takes one of so many; the answer, to be called once, gives it back. `null`: there is none left. */
  take(userId: string, most: number): (() => void) | null;
};

export const createStreamSlots = (): StreamSlots => {
  const taken = new Map<string, number>();
  return {
    take: (userId, most) => {
      const count = taken.get(userId) ?? 0;
      if (count >= most) return null;
      taken.set(userId, count + 1);
      return () => {
        const left = (taken.get(userId) ?? 1) - 1;
        if (left > 0) taken.set(userId, left);
        else taken.delete(userId);
      };
    },
  };
};
