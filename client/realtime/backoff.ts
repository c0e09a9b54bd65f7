export const BACKOFF_BASE_MS = 1_000;
/** Bounds how long a client stays away after a fault is over. */
export const BACKOFF_CAP_MS = 10_000;
/** The least wait after close code 4005, "too many connections". */
export const RECONNECT_LATER_MS = 30_000;

/**
 * Full jitter: a random wait in milliseconds below a bound that doubles with each failed attempt. It spreads clients
 * that lost one node in the same second.
 */
export const fullJitter = (
  attempt: number,
  random: () => number,
  { base = BACKOFF_BASE_MS, cap = BACKOFF_CAP_MS } = {},
): number => Math.floor(random() * Math.min(cap, base * 2 ** Math.min(attempt, 20)));
