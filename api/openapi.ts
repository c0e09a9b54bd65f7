import { OpenAPIHono, z } from "@hono/zod-openapi";
import { PROBLEM_STATUS, type ProblemCode, problemSchema } from "../shared/problem.ts";
import { PROBLEM_TITLES } from "../shared/problem-titles.ts";
import { AppError, notFound } from "./app-error.ts";
import type { AppEnv } from "./http.ts";

/** A router of documented routes. An invalid path parameter answers 404, any other invalid input 422. */
export const createRouter = () =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      if (result.target === "param") throw notFound();
      const errors = result.error.issues.flatMap((issue) =>
        issue.code === "unrecognized_keys"
          ? issue.keys.map((key) => ({
              path: [...issue.path.map(String), key].join("."),
              message: "is not a field that can be sent",
            }))
          : [{ path: issue.path.map(String).join("."), message: issue.message }],
      );
      throw new AppError(
        "INVALID",
        errors
          .map((e) => `${e.path || "body"}: ${e.message}`)
          .join("; ")
          .slice(0, 2_000),
        errors,
      );
    },
  });

export type Router = ReturnType<typeof createRouter>;

const positionHeader = z.object({
  "Artel-Position": z
    .string()
    .meta({ description: "`<epoch>:<seq>`: the answer holds the effects of all events up to seq and of none after." }),
});

/** A successful answer about one team, with its position. */
export const ok = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  headers: positionHeader,
  content: { "application/json": { schema } },
});

/** A successful answer that is not about one team. */
export const okPlain = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

const byStatus = (codes: readonly ProblemCode[]) => {
  const grouped = Map.groupBy(codes, (code) => PROBLEM_STATUS[code]);
  return Object.fromEntries(
    [...grouped].map(([status, those]) => [
      status,
      {
        description: those.map((code) => `\`${code}\`: ${PROBLEM_TITLES[code]}`).join("; "),
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
};

const ALWAYS = ["UNAUTHENTICATED", "NOT_FOUND", "INVALID", "RATE_LIMITED", "INTERNAL", "UNAVAILABLE"] as const;

/** The problems that a read may answer. */
export const readProblems = (...more: ProblemCode[]) => byStatus([...ALWAYS, "FORBIDDEN", ...more]);

/** The problems that a change may answer. */
export const changeProblems = (...more: ProblemCode[]) =>
  byStatus([
    ...ALWAYS,
    "BAD_REQUEST",
    "FORBIDDEN",
    "UNTRUSTED_ORIGIN",
    "IDEMPOTENCY_KEY_IN_USE",
    "IDEMPOTENCY_KEY_REUSED",
    "TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    ...more,
  ]);

/** The answers to a creation with an optional id. `what` is the entity's noun. */
export const createdAnswers = <Schema extends z.ZodType>(schema: Schema, what: string) => ({
  200: ok(schema, `The ${what} that was made with this id before`),
  201: ok(schema, `The new ${what}`),
  ...changeProblems("ID_TAKEN", "GONE"),
});

/** The answers to a change of a versioned entity. */
export const changedAnswers = <Schema extends z.ZodType>(schema: Schema, what: string, ...more: ProblemCode[]) => ({
  200: ok(schema, `The ${what} as it is now`),
  ...changeProblems("VERSION_MISMATCH", ...more),
});

/** The answers to the deletion of a versioned entity. */
export const deletedAnswers = <Schema extends z.ZodType>(schema: Schema, what: string, ...more: ProblemCode[]) => ({
  200: ok(schema, `The ${what} as it was`),
  ...changeProblems("VERSION_MISMATCH", ...more),
});

export const problems = (...codes: ProblemCode[]) => byStatus(codes);

export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { "application/json": { schema } },
});

/** The headers of every change, for the document; middleware reads them. */
export const changeHeaders = z.object({
  "idempotency-key": z.string().optional().meta({
    description:
      "Up to 128 ASCII characters. The same request under the same key acts once and is answered alike for 7 days.",
  }),
});

export const versionedHeaders = changeHeaders.extend({
  "if-match": z
    .string()
    .optional()
    .meta({ description: '`"<version>"`: answers 412 when the entity is at another version.', example: '"7"' }),
});
