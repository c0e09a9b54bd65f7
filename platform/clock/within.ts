import type { Clock } from "./clock.ts";

/** Rejects with what `late` makes when the promise takes longer than `ms`. */
export const within = <Answer>(
  clock: Clock,
  promise: Promise<Answer>,
  ms: number,
  late: () => Error,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(late()));
    promise.then(resolve, reject).finally(cancel);
  });
