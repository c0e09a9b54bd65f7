import { z } from "zod";

/** Every error code of the REST interface with its HTTP status and title; docs/errors.md lists them for people. */
export const PROBLEMS = {
  BAD_REQUEST: { status: 400, title: "The request can't be read" },
  UNAUTHENTICATED: { status: 401, title: "Sign in first" },
  INVALID_CREDENTIALS: { status: 401, title: "Email or password is wrong" },
  FORBIDDEN: { status: 403, title: "Your role does not allow this" },
  UNTRUSTED_ORIGIN: { status: 403, title: "The request comes from an origin that is not trusted" },
  SIGN_UP_CLOSED: { status: 403, title: "Signing up needs an invitation" },
  INVITATION_FOR_ANOTHER: { status: 403, title: "The invitation is for another email address" },
  NOT_FOUND: { status: 404, title: "Not found" },
  METHOD_NOT_ALLOWED: { status: 405, title: "The method is not allowed here" },
  ID_TAKEN: { status: 409, title: "The id is taken" },
  LAST_OWNER: { status: 409, title: "A team needs an owner" },
  ALREADY_MEMBER: { status: 409, title: "Already a member of the team" },
  EMAIL_TAKEN: { status: 409, title: "An account with this email exists" },
  IDEMPOTENCY_KEY_IN_USE: { status: 409, title: "The first request with this key is still running" },
  GONE: { status: 410, title: "It no longer exists" },
  HISTORY_GONE: { status: 410, title: "The history does not reach back to this position" },
  VERSION_MISMATCH: { status: 412, title: "It has changed since this version" },
  TOO_LARGE: { status: 413, title: "The body is too large" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The media type is not supported" },
  INVALID: { status: 422, title: "Some fields are not valid" },
  INVALID_IMPORT: { status: 422, title: "The file is not a valid board export" },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: "The key was used for another request" },
  RATE_LIMITED: { status: 429, title: "Too many requests" },
  INTERNAL: { status: 500, title: "Internal error" },
  UNAVAILABLE: { status: 503, title: "Temporarily unavailable" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

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
