import { diff3Merge } from "node-diff3";

export type Merged = {
  readonly text: string;
  /** The number of places that both changed; each keeps both texts, one after the other. */
  readonly conflicts: number;
};

type Parts = (text: string) => string[];

const linesOf: Parts = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
/** Words with their trailing blanks. */
const wordsOf: Parts = (text) => text.match(/\S+\s*|\s+/g) ?? [];

type Region = {
  readonly ok?: string[];
  readonly conflict?: { readonly a: string[]; readonly o: string[]; readonly b: string[] };
};

const mergeParts = (base: string, mine: string, theirs: string, parts: Parts, resolve: typeof keepBoth): Merged => {
  const regions: Region[] = diff3Merge(parts(mine), parts(base), parts(theirs), { excludeFalseConflicts: true });
  let text = "";
  let conflicts = 0;
  for (const { ok, conflict } of regions) {
    if (ok) text += ok.join("");
    if (!conflict) continue;
    const part = resolve(conflict.o.join(""), conflict.a.join(""), conflict.b.join(""));
    text += part.text;
    conflicts += part.conflicts;
  }
  return { text, conflicts };
};

const keepBoth = (_: string, mine: string, theirs: string): Merged => {
  const seam = mine === "" || theirs === "" || /\s$/.test(mine) ? "" : theirs.includes("\n") ? "\n" : " ";
  return { text: `${mine}${seam}${theirs}`, conflicts: 1 };
};

/** Merges lines that both changed word by word, if that leaves no conflict. */
const byWords = (base: string, mine: string, theirs: string): Merged => {
  const finer = mergeParts(base, mine, theirs, wordsOf, keepBoth);
  return finer.conflicts === 0 ? finer : keepBoth(base, mine, theirs);
};

/** Three-way merge by lines, then by words. Drops no inserted text of either side. */
export const mergeTexts = (base: string, mine: string, theirs: string): Merged =>
  mergeParts(base, mine, theirs, linesOf, byWords);
