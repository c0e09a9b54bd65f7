import { z } from "zod";

/** Every error code of the REST interface with its HTTP status; docs/errors.md lists them for people. */
export const PROBLEM_STATUS = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  INVALID_CREDENTIALS: 401,
  FORBIDDEN: 403,
  UNTRUSTED_ORIGIN: 403,
  SIGN_UP_CLOSED: 403,
  INVITATION_FOR_ANOTHER: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  ID_TAKEN: 409,
  LAST_OWNER: 409,
  ALREADY_MEMBER: 409,
  EMAIL_TAKEN: 409,
  IDEMPOTENCY_KEY_IN_USE: 409,
  GONE: 410,
  HISTORY_GONE: 410,
  VERSION_MISMATCH: 412,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INVALID: 422,
  INVALID_IMPORT: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const satisfies Record<string, number>;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

export const fieldErrorSchema = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** RFC 9457 problem details. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problemSchema>;
