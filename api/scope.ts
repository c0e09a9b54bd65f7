import type { UserId } from "../shared/ids.ts";

export type IdempotencyRequest = {
  readonly key: string;
  /** Hash of method, path and body: another request under the same key is refused. */
  readonly fingerprint: string;
};

/** On whose behalf something is done. The first argument after `deps` of every service. */
export type Scope = {
  readonly userId: UserId;
  /** Id of the session or key that was shown. */
  readonly sid: string;
  readonly name: string;
  readonly email: string;
  readonly requestId: string;
  readonly idempotency: IdempotencyRequest | null;
  /** The version of `If-Match`; an entity that is at another one is not changed. */
  readonly ifMatch: number | null;
};
