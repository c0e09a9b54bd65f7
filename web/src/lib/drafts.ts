import { localStore } from "../../../client/browser/local-store.ts";

/** An unsaved text and the text that it started from. */
export type StoredDraft = { readonly base: string; readonly text: string };

/** `field`: `title`, `description`, `comment` for a new comment, `comment.<id>` for an edited one. */
export type DraftKey = { readonly userId: string; readonly taskId: string; readonly field: string };

/** The outbox has stored a saved change by then. */
const OUTBOX_STORED_MS = 2_000;

const storageNameOf = ({ userId, taskId, field }: DraftKey) => `draft.${userId}.${taskId}.${field}`;

export const serializeDraft = (draft: StoredDraft): string => JSON.stringify([draft.base, draft.text]);

export const parseDraft = (serialized: string | null): StoredDraft | null => {
  if (serialized === null) return null;
  try {
    const value: unknown = JSON.parse(serialized);
    if (!Array.isArray(value)) return null;
    const [base, text] = value as unknown[];
    return typeof base === "string" && typeof text === "string" ? { base, text } : null;
  } catch {
    return null;
  }
};

export const loadDraft = (key: DraftKey): StoredDraft | null => parseDraft(localStore.get(storageNameOf(key)));
export const storeDraft = (key: DraftKey, draft: StoredDraft): void =>
  localStore.set(storageNameOf(key), serializeDraft(draft));

/** Deletes the draft, unless another tab has stored a different one since. */
export const forgetDraft = (key: DraftKey, draft: StoredDraft): void => {
  if (localStore.get(storageNameOf(key)) === serializeDraft(draft)) localStore.set(storageNameOf(key), null);
};

/** Deletes a saved draft once the outbox has stored the change, unless a different one is stored meanwhile. */
export const forgetSavedDraft = (key: DraftKey): void => {
  const name = storageNameOf(key);
  const saved = localStore.get(name);
  setTimeout(() => {
    if (saved !== null && localStore.get(name) === saved) localStore.set(name, null);
  }, OUTBOX_STORED_MS);
};

export const countDrafts = (userId: string): number => localStore.keys(`draft.${userId}.`).length;
export const forgetDrafts = (userId: string): void => {
  for (const name of localStore.keys(`draft.${userId}.`)) localStore.set(name, null);
};
