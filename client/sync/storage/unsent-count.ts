import { localStore } from "../../browser/local-store.ts";

const KEY = "unsent";

const stored = (): { readonly count: number; readonly owner: string | undefined } => {
  const [count, owner] = (localStore.get(KEY) ?? "").split(" ");
  return { count: Number(count), owner };
};

/** The number of unsent mutations that the last user left, while nobody is signed in. */
export const unsentCount = (): number => stored().count || 0;

/** Notes how many mutations a user left unsent, so that the number is readable without opening the database. */
export const setUnsentCount = (userId: string, count: number): void => {
  const { owner = userId } = stored();
  if (count > 0) localStore.set(KEY, `${count} ${userId}`);
  else if (owner === userId) localStore.set(KEY, null);
};
