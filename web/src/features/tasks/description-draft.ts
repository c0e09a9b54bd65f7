/** What I am writing, and the text it began from. `null`: nothing unsaved. */
export type Draft = { readonly base: string; readonly text: string } | null;

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

export const packDraft = (draft: Draft): string | null => (draft ? JSON.stringify([draft.base, draft.text]) : null);

export const unpackDraft = (packed: string | null): Draft => {
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
