import { localStore } from "../../browser/local-store.ts";

const HINT = "unsent";

const hint = (): { readonly count: number; readonly owner: string | undefined } => {
  const [count, owner] = (localStore.get(HINT) ?? "").split(" ");
  return { count: Number(count), owner };
};

/** How many unsent changes were left by who was here last, while nobody is signed in. */
export const unsentHere = (): number => hint().count || 0;

/** Remembers how many a person has left, so that it is known without opening the device. */
export const noteUnsent = (userId: string, count: number): void => {
  const { owner = userId } = hint();
  if (count > 0) localStore.set(HINT, `${count} ${userId}`);
  else if (owner === userId) localStore.set(HINT, null);
};
