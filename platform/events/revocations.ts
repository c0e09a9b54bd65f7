import type { LogEntry } from "../pubsub/provider.ts";
import { type MembershipEnd, membershipEndIn } from "./incoming.ts";

/**
 * A user's membership of a team according to the team's log; `unknown` when the log was not scanned far enough back.
 */
export type MembershipStatus = "member" | "revoked" | "deleted" | "unknown";

/**
 * The memberships that ended, with their seqs. Complete for tokens issued at or after `from`: the log is scanned from
 * there.
 */
export class Revocations {
  #from = 0;
  #users = new Map<string, { readonly seq: number; readonly learnedAt: number }>();
  #deletedSeq = 0;

  get from(): number {
    return this.#from;
  }

  /** Clears everything. The events after `seq` will be recorded. */
  reset(seq: number): void {
    this.#from = seq;
    this.#users.clear();
    this.#deletedSeq = 0;
  }

  record(end: MembershipEnd, seq: number, now: number): void {
    if (end.kind === "team") this.#deletedSeq = Math.max(this.#deletedSeq, seq);
    else if ((this.#users.get(end.userId)?.seq ?? 0) < seq) this.#users.set(end.userId, { seq, learnedAt: now });
  }

  /** Scans older events. `entries` are all events after `from`, at least up to the ones recorded already. */
  scan(from: number, entries: readonly LogEntry[], tenantId: string, now: number): void {
    if (from >= this.#from) return;
    for (const { seq, payload } of entries) {
      if (seq > this.#from) break;
      const end = membershipEndIn(payload, tenantId);
      if (end !== null) this.record(end, seq, now);
    }
    this.#from = from;
  }

  /** The status of a user whose token was issued at `seq`. */
  statusOf(userId: string, seq: number): MembershipStatus {
    if (seq < this.#from) return "unknown";
    if (this.#deletedSeq > seq) return "deleted";
    return (this.#users.get(userId)?.seq ?? 0) > seq ? "revoked" : "member";
  }

  /** Removes the ends of memberships that only expired tokens could contradict. */
  prune(learnedBefore: number): void {
    for (const [userId, { learnedAt }] of this.#users) {
      if (learnedAt < learnedBefore) this.#users.delete(userId);
    }
  }
}
