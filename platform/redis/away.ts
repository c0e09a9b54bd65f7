import type { Clock } from "../clock/clock.ts";

/** Redis did not answer in time; whoever asked tries again. */
export class RedisAwayError extends Error {
  override readonly name = "RedisAwayError";
}

/** Rejects with RedisAwayError when the promise takes longer. */
export const within = <Answer>(clock: Clock, promise: Promise<Answer>, ms: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new RedisAwayError("Redis does not answer in time")));
    promise.then(resolve, reject).finally(cancel);
  });
