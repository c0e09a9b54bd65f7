import type { LogEntry } from "../pubsub/provider.ts";
import { type MembershipEnd, membershipEndIn } from "./incoming.ts";

/** How a person stands to a team, as far as its log tells. */
export type Standing = "member" | "revoked" | "deleted" | "unknown";

/**
 * Which memberships ended, and when in the log. It speaks for tokens issued at or after `from`: all that happened
 * since then was looked through.
 */
export class Revocations {
  #from = 0;
  #users = new Map<string, { readonly seq: number; readonly learnedAt: number }>();
  #deletedSeq = 0;

  get from(): number {
    return this.#from;
  }

  /** Forgets everything: what is known begins after `seq`. */
  begin(seq: number): void {
    this.#from = seq;
    this.#users.clear();
    this.#deletedSeq = 0;
  }

  note(end: MembershipEnd, seq: number, now: number): void {
    if (end.kind === "team") this.#deletedSeq = Math.max(this.#deletedSeq, seq);
    else if ((this.#users.get(end.userId)?.seq ?? 0) < seq) this.#users.set(end.userId, { seq, learnedAt: now });
  }

  /** Looks through older events; `entries` are all that follow `from`, up to what is known already. */
  scan(from: number, entries: readonly LogEntry[], tenantId: string, now: number): void {
    if (from >= this.#from) return;
    for (const { seq, payload } of entries) {
      if (seq > this.#from) break;
      const end = membershipEndIn(payload, tenantId);
      if (end !== null) this.note(end, seq, now);
    }
    this.#from = from;
  }

  /** What is known of a person whose token was issued at `seq`. */
  standing(userId: string, seq: number): Standing {
    if (seq < this.#from) return "unknown";
    if (this.#deletedSeq > seq) return "deleted";
    return (this.#users.get(userId)?.seq ?? 0) > seq ? "revoked" : "member";
  }

  /** Forgets what only tokens that have ended by now could contradict. */
  prune(learnedBefore: number): void {
    for (const [userId, { learnedAt }] of this.#users) {
      if (learnedAt < learnedBefore) this.#users.delete(userId);
    }
  }
}
