import { fullJitter } from "../clock/backoff.ts";

const MAX_ATTEMPTS = 5;
const DELAY = { first: 5, most: 100 };

/** Serialization failure, deadlock, and a unique key that a concurrent transaction inserted first. */
const RETRYABLE = new Set(["40001", "40P01", "23505"]);

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

/**
 * Retries a transaction after a conflict, with full jitter. `run` must have no side effects outside its transaction.
 */
export const withRetries = async <Result>(run: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const code = codeOf(error);
      if (attempt >= MAX_ATTEMPTS || typeof code !== "string" || !RETRYABLE.has(code)) throw error;
      await Bun.sleep(fullJitter(attempt, Math.random, DELAY));
    }
  }
};
