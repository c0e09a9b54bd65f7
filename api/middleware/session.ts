import type { MiddlewareHandler } from "hono";
import type { UserId } from "../../shared/ids.ts";
import { AppError } from "../app-error.ts";
import type { Auth } from "../auth/auth.ts";
import type { AppEnv } from "../http.ts";

/** Finds who calls, by bearer token, API key or cookie. @throws AppError UNAUTHENTICATED when nobody can be found. */
export const session =
  (auth: Auth): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const found = await resolveSession(auth, c.req.raw.headers);
    if (found === null) {
      c.header("WWW-Authenticate", "Bearer");
      throw new AppError("UNAUTHENTICATED", "No session, or one that has ended");
    }
    c.set("scope", {
      userId: found.user.id as UserId,
      sid: found.session.id,
      name: found.user.name,
      email: found.user.email,
      requestId: c.get("requestId"),
      idempotency: null,
      ifMatch: readIfMatch(c.req.header("If-Match")),
    });
    await next();
    for (const cookie of found.cookies) c.header("Set-Cookie", cookie, { append: true });
  };

const resolveSession = async (auth: Auth, headers: Headers) => {
  if (!headers.has("authorization") && !headers.has("x-api-key") && !headers.has("cookie")) return null;
  const credentials = new Headers();
  // One of them decides; the strongest statement of intent first.
  const name = ["x-api-key", "authorization", "cookie"].find((candidate) => headers.has(candidate));
  if (name !== undefined) credentials.set(name, headers.get(name) ?? "");
  try {
    const { response, headers: answered } = await auth.api.getSession({ headers: credentials, returnHeaders: true });
    // A session that is used is prolonged now and then, and its cookie with it.
    return response === null ? null : { ...response, cookies: name === "cookie" ? answered.getSetCookie() : [] };
  } catch (error) {
    // A key that is unknown, expired or disabled is refused by an exception.
    if (error instanceof Error && error.name === "APIError") return null;
    throw error;
  }
};

/** Reads `"<version>"`; a weak or malformed one matches nothing. */
const readIfMatch = (header: string | undefined): number | null => {
  if (header === undefined || header.trim() === "*") return null;
  const match = /^"(\d{1,15})"$/.exec(header.trim());
  return match?.[1] === undefined ? -1 : Number(match[1]);
};
