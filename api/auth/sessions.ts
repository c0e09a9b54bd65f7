import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock/clock.ts";
import { type UserId, userIdSchema } from "../../shared/ids.ts";
import { AppError } from "../app-error.ts";
import type { Auth } from "./auth.ts";
import type { Ends } from "./ends.ts";

export type Session = {
  readonly sid: string;
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
};

export type Found = { readonly session: Session; readonly cookies: readonly string[] };

export type Sessions = {
  /** The caller's session, by API key, bearer token or cookie; `null` when none of them is valid. */
  find(headers: Headers): Promise<Found | null>;
  /** Drops a user's cached sessions after their name or email changed. */
  invalidate(userId: string): void;
};

/** The first one that a request carries decides; an explicit key or token comes before a cookie. */
const CREDENTIALS = ["x-api-key", "authorization", "cookie"] as const;

/** A check costs about a millisecond. A cached session outlives its announced end only while the bus is away. */
const CACHE_MS = 5_000;
const MAX_CACHED = 10_000;

export const createSessions = (deps: { auth: Auth; ends: Ends; clock: Clock }): Sessions => {
  const { auth, ends, clock } = deps;
  const cached = new LRUCache<string, Session>({
    max: MAX_CACHED,
    ttl: CACHE_MS,
    perf: { now: clock.now },
  });
  const invalidateWhere = (matches: (session: Session) => boolean) => {
    for (const [key, session] of cached.entries()) if (matches(session)) cached.delete(key);
  };
  ends.listen((end) =>
    invalidateWhere((session) =>
      end.type === "session-ended" ? session.sid === end.sid : session.userId === end.userId,
    ),
  );

  return {
    invalidate: (userId) => invalidateWhere((session) => session.userId === userId),
    find: async (headers) => {
      const name = CREDENTIALS.find((candidate) => headers.has(candidate));
      if (name === undefined) return null;
      const value = headers.get(name) ?? "";
      const key = `${name}\n${value}`;
      const session = cached.get(key);
      if (session !== undefined) return { session, cookies: [] };
      const found = await check(auth, name, value);
      if (found !== null) cached.set(key, found.session);
      return found;
    },
  };
};

const check = async (auth: Auth, name: string, value: string): Promise<Found | null> => {
  try {
    const { response, headers } = await auth.api.getSession({
      headers: new Headers({ [name]: value }),
      returnHeaders: true,
    });
    if (response === null) return null;
    const { session, user } = response;
    return {
      session: { sid: session.id, userId: userIdSchema.parse(user.id), name: user.name, email: user.email },
      // better-auth renews a session that is used now and then, and sends the new cookie.
      cookies: name === "cookie" ? headers.getSetCookie() : [],
    };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "APIError") throw error;
    // better-auth throws for an unknown, expired or disabled key, and for any key while the database is away.
    if ("statusCode" in error && Number(error.statusCode) >= 500)
      throw new AppError("UNAVAILABLE", "Sessions can't be checked now; try again", undefined, 1);
    return null;
  }
};
