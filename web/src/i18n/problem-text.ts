import { ApiProblem, NetworkFailure } from "../../../client/browser/api-client.ts";
import type { Translate } from "./translator.ts";

/** Error codes with a translation. For any other code the server's detail is shown. */
const TRANSLATED = {
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

const isTranslated = (code: string): code is keyof typeof TRANSLATED => Object.hasOwn(TRANSLATED, code);

/** Turns a field's message into a sentence: the server writes it to follow the field's name. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

/** Describes an error in the page's language. */
export const problemText = (t: Translate, error: unknown): string => {
  if (error instanceof ApiProblem) {
    if (isTranslated(error.code)) return t(TRANSLATED[error.code]);
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

/** The server's message about one field of a form. */
export const fieldProblem = (error: unknown, path: string): string | undefined =>
  error instanceof ApiProblem ? error.errors.find((field) => field.path === path)?.message : undefined;
