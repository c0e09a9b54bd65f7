import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";
import { z } from "zod";

/** A fractional index; siblings sort by `(rank, id)` in byte order and no two share a rank. */
export const rankSchema = z
  .string()
  .regex(/^[0-9A-Za-z]+$/)
  .meta({ description: "Sorts siblings in byte order.", example: "a0" });

export type Ranked = { readonly id: string; readonly rank: string };

const compareBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The one order of siblings, everywhere. Ranks and ids are ASCII, so `<` is byte order. */
export const compareRanked = (a: Ranked, b: Ranked): number => compareBytes(a.rank, b.rank) || compareBytes(a.id, b.id);

/** A rank strictly between two others; `null` stands for the open end. */
export const rankBetween = (after: string | null, before: string | null): string => generateKeyBetween(after, before);

/** `count` ranks strictly between two others, in order and evenly spaced. */
export const ranksBetween = (after: string | null, before: string | null, count: number): string[] =>
  generateNKeysBetween(after, before, count);

export type Placement = {
  readonly beforeId?: string | null | undefined;
  readonly afterId?: string | null | undefined;
};
/** The siblings that a place lies between; `null` is the open end. */
export type Gap<Sibling> = { readonly after: Sibling | null; readonly before: Sibling | null };

/**
 * Finds the place that a move asks for among its siblings.
 * `siblings` are sorted and do not contain what is moved. Directly after `afterId` if that still sorts before
 * `beforeId`, else directly before `beforeId`; a neighbour that is gone counts as not given; with none left, the end.
 */
export const placeAmong = <Sibling extends Ranked>(
  siblings: readonly Sibling[],
  placement: Placement,
): Gap<Sibling> => {
  const indexOf = (id: string | null | undefined) => (id ? siblings.findIndex((sibling) => sibling.id === id) : -1);
  const after = indexOf(placement.afterId);
  const before = indexOf(placement.beforeId);
  const index = after >= 0 && (before < 0 || after < before) ? after + 1 : before >= 0 ? before : siblings.length;
  return { after: siblings[index - 1] ?? null, before: siblings[index] ?? null };
};
