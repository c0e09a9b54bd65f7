import type { MiddlewareHandler } from "hono";
import { AppError } from "../app-error.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { AppEnv } from "../http.ts";

/** Finds who calls. @throws AppError UNAUTHENTICATED when nobody can be found. */
export const session =
  (sessions: Sessions): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const found = await sessions.find(c.req.raw.headers);
    if (found === null) {
      c.header("WWW-Authenticate", "Bearer");
      throw new AppError("UNAUTHENTICATED", "No session, or one that has ended");
    }
    c.set("scope", {
      ...found.session,
      requestId: c.get("requestId"),
      idempotency: null,
      ifMatch: readIfMatch(c.req.header("If-Match")),
    });
    await next();
    for (const cookie of found.cookies) c.header("Set-Cookie", cookie, { append: true });
  };

/** Reads `"<version>"`; a weak or malformed one matches nothing. */
const readIfMatch = (header: string | undefined): number | null => {
  if (header === undefined || header.trim() === "*") return null;
  const match = /^"(\d{1,15})"$/.exec(header.trim());
  return match?.[1] === undefined ? -1 : Number(match[1]);
};
