import type { MiddlewareHandler } from "hono";
import { AppError } from "../app-error.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { AppEnv } from "../http.ts";

/** Puts the caller's scope into the context. @throws AppError UNAUTHENTICATED without a valid session. */
export const session =
  (sessions: Sessions): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const found = await sessions.find(c.req.raw.headers);
    if (found === null) {
      c.header("WWW-Authenticate", "Bearer");
      throw new AppError("UNAUTHENTICATED", "There is no session, token or API key, or it has ended");
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

/** Reads `"<version>"`; a weak or malformed tag becomes -1, which matches no version. */
const readIfMatch = (header: string | undefined): number | null => {
  if (header === undefined || header.trim() === "*") return null;
  const match = /^"(\d{1,15})"$/.exec(header.trim());
  return match?.[1] === undefined ? -1 : Number(match[1]);
};
