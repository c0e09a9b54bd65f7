export const BACKOFF_BASE_MS = 1_000;
/** Nobody stays away much longer than this after a fault is over. */
export const BACKOFF_CAP_MS = 10_000;
/** After "too many connections" the client stays away at least this long. */
export const LATER_MS = 30_000;

/**
 * Full jitter: anywhere between 0 and a bound that doubles with each failed attempt.
 * When all clients of a node lose it in the same second, they come back spread out.
 */
export const fullJitter = (
  attempt: number,
  random: () => number,
  { base = BACKOFF_BASE_MS, cap = BACKOFF_CAP_MS } = {},
): number => Math.floor(random() * Math.min(cap, base * 2 ** Math.min(attempt, 20)));
