import type { Allowance } from "../platform/rate-limit/rate-limit.ts";
import type { FieldError, ProblemCode } from "../shared/problem.ts";
import { PROBLEM_TITLES } from "../shared/problem-titles.ts";

/** An expected failure; the middleware turns its code into an HTTP problem. */
export class AppError extends Error {
  override readonly name = "AppError";
  constructor(
    readonly code: ProblemCode,
    detail: string = PROBLEM_TITLES[code],
    readonly errors?: readonly FieldError[],
    readonly retryAfterSeconds?: number,
  ) {
    super(detail);
  }
}

/** A rate limit is used up. `whose` names the limited party in the message. */
export class RateLimited extends AppError {
  constructor(
    readonly allowance: Allowance,
    whose: string,
  ) {
    const { limit, windowSeconds, resetSeconds } = allowance;
    super("RATE_LIMITED", `${whose} may make ${limit} requests in ${windowSeconds} s`, undefined, resetSeconds);
  }
}

export const notFound = () => new AppError("NOT_FOUND");

/** Names invalid fields of a request that could be read. */
export const invalidFields = (...errors: FieldError[]) =>
  new AppError("INVALID", errors.map((error) => `${error.path}: ${error.message}`).join("; "), errors);
