import type { StoredDraft } from "../../lib/drafts.ts";

/** The unsaved text and the text it started from, or null. */
export type Draft = StoredDraft | null;

export type DraftView = {
  readonly text: string;
  readonly dirty: boolean;
  /** Somebody else's text, saved since the draft was started; null without a conflict. */
  readonly theirs: string | null;
};

export const viewDraft = (draft: Draft, server: string): DraftView => {
  if (!draft || draft.text === server) return { text: server, dirty: false, theirs: null };
  return { text: draft.text, dirty: true, theirs: server === draft.base ? null : server };
};

/** The first key takes the server's text as the base. Typing it back leaves no draft. */
export const writeDraft = (draft: Draft, server: string, text: string): Draft => {
  const base = draft?.base ?? server;
  return text === base && base === server ? null : { base, text };
};

/** Resolves the conflict in favour of the draft: the server's text becomes its base. */
export const keepMine = (draft: Draft, server: string): Draft => (draft ? { base: server, text: draft.text } : null);
