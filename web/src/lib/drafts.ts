import { recall, recalled, remember } from "../../../client/browser/local-store.ts";

/** What is being written and is not saved yet, with the text that it began from. */
export type StoredDraft = { readonly base: string; readonly text: string };

export type DraftKey = { readonly userId: string; readonly taskId: string; readonly field: "title" | "description" };

/** By when what was saved is on the device for certain. */
const WRITTEN_MS = 2_000;

const nameOf = ({ userId, taskId, field }: DraftKey) => `draft.${userId}.${taskId}.${field}`;

export const serializeDraft = (draft: StoredDraft): string => JSON.stringify([draft.base, draft.text]);

export const parseDraft = (packed: string | null): StoredDraft | null => {
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

export const loadDraft = (place: DraftKey): StoredDraft | null => parseDraft(recall(nameOf(place)));
export const storeDraft = (place: DraftKey, draft: StoredDraft): void => remember(nameOf(place), serializeDraft(draft));

/** Another tab may have written something else there since. */
export const forgetDraft = (place: DraftKey, draft: StoredDraft): void => {
  if (recall(nameOf(place)) === serializeDraft(draft)) remember(nameOf(place), null);
};

/** What was saved stays a draft until it can no longer be lost with the page, unless something else is written. */
export const forgetSavedDraft = (place: DraftKey): void => {
  const name = nameOf(place);
  const saved = recall(name);
  setTimeout(() => {
    if (saved !== null && recall(name) === saved) remember(name, null);
  }, WRITTEN_MS);
};

export const countDrafts = (userId: string): number => recalled(`draft.${userId}.`).length;
export const forgetDrafts = (userId: string): void => {
  for (const name of recalled(`draft.${userId}.`)) remember(name, null);
};
