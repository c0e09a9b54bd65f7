import type { StoredDraft } from "../../lib/drafts.ts";

/** What I am writing, and the text it began from. `null`: nothing unsaved. */
export type Draft = StoredDraft | null;

export type DraftView = {
  /** What the text box shows. */
  readonly text: string;
  readonly dirty: boolean;
  /** Somebody else's text that came while I was writing. */
  readonly theirs: string | null;
};

export const viewDraft = (draft: Draft, server: string): DraftView => {
  if (!draft || draft.text === server) return { text: server, dirty: false, theirs: null };
  return { text: draft.text, dirty: true, theirs: server === draft.base ? null : server };
};

/** Writing begins from what the server said at the first key; going back to it leaves nothing unsaved. */
export const writeDraft = (draft: Draft, server: string, text: string): Draft => {
  const base = draft?.base ?? server;
  return text === base && base === server ? null : { base, text };
};

/** I have seen theirs and go on with mine. */
export const keepMine = (draft: Draft, server: string): Draft => (draft ? { base: server, text: draft.text } : null);
