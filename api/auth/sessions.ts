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
  /** Who calls, by API key, bearer token or cookie; `null` when nobody can be found. */
  find(headers: Headers): Promise<Found | null>;
  /** The person has changed: what is remembered is no longer right. */
  forget(userId: string): void;
};

/** The strongest statement of intent first: one of them decides. */
const CREDENTIALS = ["x-api-key", "authorization", "cookie"] as const;

/** A check costs about a millisecond; an end is announced, so what is remembered is at most this old only while the bus is away. */
const REMEMBERED_MS = 5_000;
const REMEMBERED = 10_000;

export const createSessions = (deps: { auth: Auth; ends: Ends; clock: Clock }): Sessions => {
  const { auth, ends, clock } = deps;
  const remembered = new LRUCache<string, Session>({
    max: REMEMBERED,
    ttl: REMEMBERED_MS,
    perf: { now: clock.now },
  });
  const forgetWhere = (matches: (session: Session) => boolean) => {
    for (const [key, session] of remembered.entries()) if (matches(session)) remembered.delete(key);
  };
  ends.listen((end) =>
    forgetWhere((session) => (end.type === "session-ended" ? session.sid === end.sid : session.userId === end.userId)),
  );

  return {
    forget: (userId) => forgetWhere((session) => session.userId === userId),
    find: async (headers) => {
      const name = CREDENTIALS.find((candidate) => headers.has(candidate));
      if (name === undefined) return null;
      const value = headers.get(name) ?? "";
      const key = `${name}\n${value}`;
      const known = remembered.get(key);
      if (known !== undefined) return { session: known, cookies: [] };
      const found = await check(auth, name, value);
      if (found !== null) remembered.set(key, found.session);
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
      // A session that is used is prolonged now and then, and its cookie with it.
      cookies: name === "cookie" ? headers.getSetCookie() : [],
    };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "APIError") throw error;
    // A key that is unknown, expired or disabled is refused by an exception; so is any when the database is away.
    if ("statusCode" in error && Number(error.statusCode) >= 500)
      throw new AppError("UNAVAILABLE", "Sessions cannot be looked up now", undefined, 1);
    return null;
  }
};
