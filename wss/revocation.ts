import type { Clock } from "../platform/clock/clock.ts";
import { controlMessageSchema } from "../platform/events/control.ts";
import type { Feed } from "../platform/events/feed.ts";
import type { MembershipEnd } from "../platform/events/incoming.ts";
import { parseJson } from "../shared/json.ts";
import { TOKEN_SECONDS } from "../shared/protocol/limits.ts";
import type { Position } from "../shared/protocol/position.ts";
import type { RealtimeClaims } from "../shared/protocol/realtime-token.ts";
import type { Session } from "./connection.ts";

/** Why the end of a membership takes a session out of the tenant; `null` when it does not concern it. */
export const endedBy = (
  end: MembershipEnd,
  at: Position,
  session: Session | null,
  tenantId: string,
): "revoked" | "deleted" | null => {
  if (session === null || (end.kind === "member" && end.userId !== session.userId)) return null;
  const issued = session.grants.get(tenantId);
  // Whoever holds a token issued later came back after the end.
  if (issued?.epoch === at.epoch && issued.seq >= at.seq) return null;
  return end.kind === "team" ? "deleted" : "revoked";
};

/** Whether a session's right still shows after events were lost; who cannot show it gets a new token. */
export const standsAfterReset = (feed: Feed, session: Session | null, tenantId: string): boolean => {
  const issued = session?.grants.get(tenantId);
  return !!session && !!issued && feed.knownMembershipStatus(session.userId, issued) === "member";
};

/** The sessions and users that ended lately: their tokens still look good until they expire. */
export type Ended = {
  /** Reads a control message; answers what ended, `null` when it says nothing known. */
  hear(payload: string): { readonly sid: string } | { readonly userId: string } | null;
  isEnded(claims: Pick<RealtimeClaims, "sid" | "sub" | "iat">): boolean;
  prune(): void;
};

export const createEnded = (clock: Clock): Ended => {
  const sessions = new Map<string, number>();
  const users = new Map<string, number>();
  return {
    hear: (payload) => {
      const message = controlMessageSchema.safeParse(parseJson(payload));
      if (!message.success) return null;
      if (message.data.type === "session-ended") {
        sessions.set(message.data.sid, clock.now());
        return { sid: message.data.sid };
      }
      users.set(message.data.userId, clock.now());
      return { userId: message.data.userId };
    },
    isEnded: ({ sid, sub, iat }) => {
      // `iat` has whole seconds: one issued in the very second of the end counts as older, and is simply renewed.
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
