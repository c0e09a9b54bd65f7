import { diff3Merge } from "node-diff3";

export type Merged = {
  readonly text: string;
  /** Places that both changed; there both texts stand, one after the other. */
  readonly conflicts: number;
};

type Parts = (text: string) => string[];

const linesOf: Parts = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
/** Words with the blanks behind them. */
const wordsOf: Parts = (text) => text.match(/\S+\s*|\s+/g) ?? [];

type Region = {
  readonly ok?: string[];
  readonly conflict?: { readonly a: string[]; readonly o: string[]; readonly b: string[] };
};

const merged = (base: string, mine: string, theirs: string, parts: Parts, inside: typeof bothOf): Merged => {
  const regions: Region[] = diff3Merge(parts(mine), parts(base), parts(theirs), { excludeFalseConflicts: true });
  let text = "";
  let conflicts = 0;
  for (const { ok, conflict } of regions) {
    if (ok) text += ok.join("");
    if (!conflict) continue;
    const part = inside(conflict.o.join(""), conflict.a.join(""), conflict.b.join(""));
    text += part.text;
    conflicts += part.conflicts;
  }
  return { text, conflicts };
};

const bothOf = (_: string, mine: string, theirs: string): Merged => {
  const seam = mine === "" || theirs === "" || /\s$/.test(mine) ? "" : theirs.includes("\n") ? "\n" : " ";
  return { text: `${mine}${seam}${theirs}`, conflicts: 1 };
};

/** Within lines that both changed, words may still be of one or the other alone. */
const byWords = (base: string, mine: string, theirs: string): Merged => {
  const finer = merged(base, mine, theirs, wordsOf, bothOf);
  return finer.conflicts === 0 ? finer : bothOf(base, mine, theirs);
};

/** Both changes of one text in one; nothing of either is left out. */
export const mergeTexts = (base: string, mine: string, theirs: string): Merged =>
  merged(base, mine, theirs, linesOf, byWords);
