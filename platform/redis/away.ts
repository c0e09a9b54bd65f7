import type { Clock } from "../clock/clock.ts";
import { within as withinTime } from "../clock/within.ts";

/** Redis did not answer in time; whoever asked tries again. */
export class RedisAwayError extends Error {
  override readonly name = "RedisAwayError";
}

/** Rejects with RedisAwayError when the promise takes longer. */
export const within = <Answer>(clock: Clock, promise: Promise<Answer>, ms: number): Promise<Answer> =>
  withinTime(clock, promise, ms, () => new RedisAwayError("Redis does not answer in time"));
