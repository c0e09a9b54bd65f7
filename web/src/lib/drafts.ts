import { localStore } from "../../../client/browser/local-store.ts";

/** What is being written and is not saved yet, with the text that it began from. */
export type KeptDraft = { readonly base: string; readonly text: string };

export type DraftPlace = { readonly userId: string; readonly taskId: string; readonly field: "title" | "description" };

/** By when what was saved is on the device for certain. */
const WRITTEN_MS = 2_000;

const nameOf = ({ userId, taskId, field }: DraftPlace) => `draft.${userId}.${taskId}.${field}`;

export const packDraft = (draft: KeptDraft): string => JSON.stringify([draft.base, draft.text]);

export const unpackDraft = (packed: string | null): KeptDraft | null => {
  if (packed === null) return null;
  try {
    const value: unknown = JSON.parse(packed);
    if (!Array.isArray(value)) return null;
    const [base, text] = value as unknown[];
    return typeof base === "string" && typeof text === "string" ? { base, text } : null;
  } catch {
    return null;
  }
};

export const recallDraft = (place: DraftPlace): KeptDraft | null => unpackDraft(localStore.get(nameOf(place)));
export const rememberDraft = (place: DraftPlace, draft: KeptDraft): void =>
  localStore.set(nameOf(place), packDraft(draft));

/** Another tab may have written something else there since. */
export const forgetDraft = (place: DraftPlace, draft: KeptDraft): void => {
  if (localStore.get(nameOf(place)) === packDraft(draft)) localStore.set(nameOf(place), null);
};

/** What was saved stays a draft until it can no longer be lost with the page, unless something else is written. */
export const forgetSavedDraft = (place: DraftPlace): void => {
  const name = nameOf(place);
  const saved = localStore.get(name);
  setTimeout(() => {
    if (saved !== null && localStore.get(name) === saved) localStore.set(name, null);
  }, WRITTEN_MS);
};

export const countDrafts = (userId: string): number => localStore.keys(`draft.${userId}.`).length;
export const forgetDrafts = (userId: string): void => {
  for (const name of localStore.keys(`draft.${userId}.`)) localStore.set(name, null);
};
