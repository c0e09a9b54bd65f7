import type { ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { routePath } from "hono/route";
import { isDatabaseUnavailable } from "../../platform/db/unavailable.ts";
import type { Log } from "../../platform/log/log.ts";
import { type FieldError, PROBLEM_STATUS, type Problem, type ProblemCode } from "../../shared/problem.ts";
import { PROBLEM_TITLES } from "../../shared/problem-titles.ts";
import { AppError, RateLimited } from "../app-error.ts";
import type { AppContext, AppEnv } from "../http.ts";
import { setRateLimitHeaders } from "./rate-limit.ts";

/** Sends problem details (RFC 9457). */
export const sendProblem = (
  c: AppContext,
  code: ProblemCode,
  detail: string,
  options: { errors?: readonly FieldError[] | undefined; retryAfterSeconds?: number | undefined } = {},
): Response => {
  const status = PROBLEM_STATUS[code];
  const title = PROBLEM_TITLES[code];
  const problem: Problem = {
    type: `/api/docs#${code}`,
    title,
    status,
    detail,
    code,
    requestId: c.get("requestId"),
    ...(options.errors === undefined ? {} : { errors: [...options.errors] }),
  };
  return c.body(JSON.stringify(problem), status, {
    "Content-Type": "application/problem+json",
    ...(options.retryAfterSeconds === undefined ? {} : { "Retry-After": String(options.retryAfterSeconds) }),
  });
};

const AGAIN_AFTER_SECONDS = 1;

const HTTP_CODES = new Map<number, ProblemCode>([
  [400, "BAD_REQUEST"],
  [401, "UNAUTHENTICATED"],
  [403, "FORBIDDEN"],
  [404, "NOT_FOUND"],
  [405, "METHOD_NOT_ALLOWED"],
  [413, "TOO_LARGE"],
  [415, "UNSUPPORTED_MEDIA_TYPE"],
]);

/** Turns every failure into an answer. An unexpected one is logged, and answered without its details. */
export const problemHandler =
  (log: Log): ErrorHandler<AppEnv> =>
  (error, c) => {
    if (error instanceof AppError) {
      if (error instanceof RateLimited) setRateLimitHeaders(c, error.allowance);
      return sendProblem(c, error.code, error.message, {
        errors: error.errors,
        retryAfterSeconds: error.retryAfterSeconds,
      });
    }
    if (error instanceof HTTPException) {
      const code = HTTP_CODES.get(error.status);
      if (code !== undefined) return sendProblem(c, code, error.message || PROBLEM_TITLES[code]);
    }
    if (isDatabaseUnavailable(error)) {
      log.warn({ reason: error.message, requestId: c.get("requestId") }, "the database does not answer");
      return sendProblem(c, "UNAVAILABLE", "The database does not answer; the same request may be sent again", {
        retryAfterSeconds: AGAIN_AFTER_SECONDS,
      });
    }
    log.error({ err: error, requestId: c.get("requestId"), route: routePath(c, -1) }, "a request failed unexpectedly");
    return sendProblem(c, "INTERNAL", "The request failed; the log has more under its requestId");
  };

/** Answers 405 when the path takes other methods, else 404. */
export const unknownRoute =
  (methodsOf: (path: string) => readonly string[]): NotFoundHandler<AppEnv> =>
  (c) => {
    const methods = methodsOf(c.req.path);
    if (methods.length === 0) return sendProblem(c, "NOT_FOUND", "There is no such address");
    c.header("Allow", methods.join(", "));
    return sendProblem(c, "METHOD_NOT_ALLOWED", `Allowed here: ${methods.join(", ")}`);
  };
