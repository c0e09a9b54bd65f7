import type { Clock } from "../clock/clock.ts";
import { withTimeout } from "../clock/with-timeout.ts";

/** Redis is not connected or did not answer in time. The caller may retry. */
export class RedisUnavailableError extends Error {
  override readonly name = "RedisUnavailableError";
}

/** Rejects with RedisUnavailableError when `promise` takes longer than `ms`. */
export const withRedisTimeout = <Answer>(clock: Clock, promise: Promise<Answer>, ms: number): Promise<Answer> =>
  withTimeout(clock, promise, ms, () => new RedisUnavailableError("Redis did not answer in time"));
