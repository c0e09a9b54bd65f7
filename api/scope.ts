import type { UserId } from "../shared/ids.ts";

export type IdempotencyRequest = {
  readonly key: string;
  /** Hash of method, path, `If-Match` and body; tells a repeated request from another one under the same key. */
  readonly fingerprint: string;
};

/** The signed-in user and the request. The first argument after `deps` of every service. */
export type Scope = {
  readonly userId: UserId;
  /** Id of the session or API key. */
  readonly sid: string;
  readonly name: string;
  readonly email: string;
  readonly requestId: string;
  readonly idempotency: IdempotencyRequest | null;
  /** The version of `If-Match`, `null` without one; an entity at another version stays as it is. */
  readonly ifMatch: number | null;
};
