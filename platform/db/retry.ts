import { fullJitter } from "../clock/backoff.ts";

const TRIES = 5;
const DELAY = { first: 5, most: 100 };

/** Serialization failure, deadlock, and a unique key that another transaction took first: all pass when tried anew. */
const PASSING = new Set(["40001", "40P01", "23505"]);

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

/** Runs a transaction anew when another one got in its way, with full jitter. `run` must have no effect but its own. */
export const withRetries = async <Result>(run: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const code = codeOf(error);
      if (attempt >= TRIES || typeof code !== "string" || !PASSING.has(code)) throw error;
      await Bun.sleep(fullJitter(attempt, Math.random, DELAY));
    }
  }
};
