import { ApiProblem, NetworkFailure } from "../../../client/browser/api-client.ts";
import type { Translate } from "./translator.ts";

/** Codes that have words of their own; the others are told by the server's detail. */
const TOLD = {
  UNAUTHENTICATED: "problem.unauthenticated",
  INVALID_CREDENTIALS: "problem.invalidCredentials",
  FORBIDDEN: "problem.forbidden",
  UNTRUSTED_ORIGIN: "problem.untrustedOrigin",
  SIGN_UP_CLOSED: "problem.signUpClosed",
  INVITATION_FOR_ANOTHER: "problem.invitationForAnother",
  NOT_FOUND: "problem.notFound",
  LAST_OWNER: "problem.lastOwner",
  ALREADY_MEMBER: "problem.alreadyMember",
  EMAIL_TAKEN: "problem.emailTaken",
  GONE: "problem.gone",
  VERSION_MISMATCH: "problem.versionMismatch",
  TOO_LARGE: "problem.tooLarge",
  RATE_LIMITED: "problem.rateLimited",
  OUTDATED: "problem.outdated",
  INTERNAL: "problem.internal",
  UNAVAILABLE: "problem.unavailable",
} as const;

const isTold = (code: string): code is keyof typeof TOLD => Object.hasOwn(TOLD, code);

/** Messages of fields are parts of sentences: what stands before them is the field's name. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

/** What went wrong, in the reader's language. */
export const problemText = (t: Translate, error: unknown): string => {
  if (error instanceof ApiProblem) {
    if (isTold(error.code)) return t(TOLD[error.code]);
    const [first] = error.errors;
    if (error.code === "INVALID_IMPORT") {
      return first ? t("problem.invalidImportAt", first) : t("problem.invalidImport");
    }
    const fields = error.errors.map((field) => field.message).join("; ");
    return (fields && sentence(fields)) || error.detail || t("problem.unknown");
  }
  if (error instanceof NetworkFailure) return t("problem.network");
  return t("problem.unknown");
};

/** What the server says about one field of a form. */
export const fieldProblem = (error: unknown, path: string): string | undefined =>
  error instanceof ApiProblem ? error.errors.find((field) => field.path === path)?.message : undefined;
