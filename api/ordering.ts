import { sql } from "kysely";
import type { Tx } from "../platform/db/db.ts";
import { type Gap, type Placement, rankBetween, ranksBetween } from "../shared/rank.ts";

/** The rows of `table` whose `column` names one container, e.g. the tasks of a column. */
export type Siblings = {
  readonly table: string;
  readonly column: string;
  readonly containerId: string;
};

export type RankedRow = { readonly id: string; readonly rank: string };

const rowsOf = async (
  tx: Tx,
  siblings: Siblings,
  condition: ReturnType<typeof sql>,
  order: "asc" | "desc",
  limit: number,
): Promise<RankedRow[]> => {
  const { rows } = await sql<RankedRow>`
    select id, rank from ${sql.table(siblings.table)}
    where ${sql.ref(siblings.column)} = ${siblings.containerId} and ${condition}
    order by rank ${sql.raw(order)} limit ${limit}`.execute(tx);
  return rows;
};

/**
 * Finds the neighbours that a placement asks for, in the database; the twin of `placeAmong` in shared/rank.ts. The
 * tenant's lock keeps two placements from seeing the same gap.
 */
export const findGap = async (
  tx: Tx,
  siblings: Siblings,
  movedId: string,
  placement: Placement,
): Promise<Gap<RankedRow>> => {
  const named = async (id: string | null | undefined) =>
    id && id !== movedId ? ((await rowsOf(tx, siblings, sql`id = ${id}`, "asc", 1))[0] ?? null) : null;
  const after = await named(placement.afterId);
  const before = await named(placement.beforeId);
  const others = sql`id <> ${movedId}`;
  if (after !== null && (before === null || after.rank < before.rank)) {
    const [next] = await rowsOf(tx, siblings, sql`rank > ${after.rank} and ${others}`, "asc", 1);
    return { after, before: next ?? null };
  }
  if (before !== null) {
    const [previous] = await rowsOf(tx, siblings, sql`rank < ${before.rank} and ${others}`, "desc", 1);
    return { after: previous ?? null, before };
  }
  const [last] = await rowsOf(tx, siblings, others, "desc", 1);
  return { after: last ?? null, before: null };
};

/** Whether a rank lies in the gap already: the move changes nothing. */
export const liesIn = (rank: string, gap: Gap<RankedRow>): boolean =>
  (gap.after === null || gap.after.rank < rank) && (gap.before === null || rank < gap.before.rank);

/** One character lasts about six insertions at one place. */
const MAX_RANK_LENGTH = 48;
const FIRST_REACH = 8;

export type Assigned = {
  readonly rank: string;
  /** Siblings that had to make room, with their new ranks. */
  readonly respread: readonly RankedRow[];
};

/**
 * The rank for a gap. Repeated insertion at one place makes ranks ever longer; beyond MAX_RANK_LENGTH as few neighbours
 * as possible get new ranks too.
 */
export const assignRank = async (
  tx: Tx,
  siblings: Siblings,
  movedId: string,
  gap: Gap<RankedRow>,
): Promise<Assigned> => {
  const rank = rankBetween(gap.after?.rank ?? null, gap.before?.rank ?? null);
  if (rank.length <= MAX_RANK_LENGTH) return { rank, respread: [] };
  const others = await rowsOf(tx, siblings, sql`id <> ${movedId}`, "asc", Number.MAX_SAFE_INTEGER);
  const index = gap.before === null ? others.length : others.findIndex((row) => row.id === gap.before?.id);
  for (let reach = FIRST_REACH; ; reach *= 4) {
    const start = Math.max(0, index - reach);
    const end = Math.min(others.length, index + reach);
    const ranks = ranksBetween(others[start - 1]?.rank ?? null, others[end]?.rank ?? null, end - start + 1);
    const whole = start === 0 && end === others.length;
    if (!whole && ranks.some((candidate) => candidate.length > MAX_RANK_LENGTH / 2)) continue;
    const moved = ranks.splice(index - start, 1)[0] ?? rank;
    const respread = others
      .slice(start, end)
      .flatMap((row, offset) => (ranks[offset] ? [{ id: row.id, rank: ranks[offset] }] : []));
    // Every row first gets a temporary rank: a new rank may be a neighbour's old one.
    for (const row of respread) await setRank(tx, siblings, row.id, `zz${row.id.replaceAll("-", "")}`);
    for (const row of respread) await setRank(tx, siblings, row.id, row.rank);
    return { rank: moved, respread };
  }
};

const setRank = (tx: Tx, siblings: Siblings, id: string, rank: string) =>
  sql`update ${sql.table(siblings.table)} set rank = ${rank} where id = ${id}`.execute(tx);
