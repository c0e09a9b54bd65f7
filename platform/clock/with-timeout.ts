import type { Clock } from "./clock.ts";

/** Rejects with the error that `onTimeout` creates when `promise` takes longer than `ms`. */
export const withTimeout = <Answer>(
  clock: Clock,
  promise: Promise<Answer>,
  ms: number,
  onTimeout: () => Error,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(onTimeout()));
    promise.then(resolve, reject).finally(cancel);
  });
