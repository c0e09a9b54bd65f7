import type { Clock } from "../platform/clock/clock.ts";
import { controlMessageSchema } from "../platform/events/control.ts";
import type { Feed } from "../platform/events/feed.ts";
import type { MembershipEnd } from "../platform/events/incoming.ts";
import { parseJson } from "../shared/json.ts";
import { TOKEN_SECONDS } from "../shared/protocol/limits.ts";
import type { Position } from "../shared/protocol/position.ts";
import type { RealtimeClaims } from "../shared/protocol/realtime-token.ts";
import type { Session } from "./connection.ts";

/** The reason to unsubscribe a session after a membership or team ended; `null` when the session is not affected. */
export const revocationReason = (
  end: MembershipEnd,
  at: Position,
  session: Session | null,
  tenantId: string,
): "revoked" | "deleted" | null => {
  if (session === null || (end.kind === "member" && end.userId !== session.userId)) return null;
  const grantedHead = session.grants.get(tenantId);
  // A token with a later head was issued after the end: the user was invited again.
  if (grantedHead?.epoch === at.epoch && grantedHead.seq >= at.seq) return null;
  return end.kind === "team" ? "deleted" : "revoked";
};

/**
 * Whether the session may stay after a reset of the feed. A token that proves nothing about the new history may not.
 */
export const isAuthorizedAfterReset = (feed: Feed, session: Session | null, tenantId: string): boolean => {
  const grantedHead = session?.grants.get(tenantId);
  return !!session && !!grantedHead && feed.knownMembershipStatus(session.userId, grantedHead) === "member";
};

/** Recently ended sessions and users, whose tokens still verify until they expire. */
export type RevocationList = {
  /** Adds a control message to the list. Returns the ended session or user, `null` for an unknown message. */
  apply(payload: string): { readonly sid: string } | { readonly userId: string } | null;
  isRevoked(claims: Pick<RealtimeClaims, "sid" | "sub" | "iat">): boolean;
  /** Drops entries older than the lifetime of a token. */
  prune(): void;
};

export const createRevocationList = (clock: Clock): RevocationList => {
  const sessions = new Map<string, number>();
  const users = new Map<string, number>();
  return {
    apply: (payload) => {
      const message = controlMessageSchema.safeParse(parseJson(payload));
      if (!message.success) return null;
      if (message.data.type === "session-ended") {
        sessions.set(message.data.sid, clock.now());
        return { sid: message.data.sid };
      }
      users.set(message.data.userId, clock.now());
      return { userId: message.data.userId };
    },
    isRevoked: ({ sid, sub, iat }) => {
      // `iat` has whole seconds. A token issued in the second of the end counts as revoked; its client gets a new one.
      const endedAt = users.get(sub);
      return sessions.has(sid) || (endedAt !== undefined && iat * 1_000 <= endedAt);
    },
    prune: () => {
      const before = clock.now() - TOKEN_SECONDS * 1_000;
      for (const ended of [sessions, users]) {
        for (const [key, at] of ended) if (at < before) ended.delete(key);
      }
    },
  };
};
