import type { Tx } from "../platform/db/db.ts";
import type { IdempotencyKeysTable } from "../platform/db/schema.ts";
import type { TeamId } from "../shared/ids.ts";
import { AppError } from "./app-error.ts";
import type { Reply } from "./reply.ts";
import type { Scope } from "./scope.ts";

/** The reply that was stored under the request's idempotency key; `null` when the request is new or has no key. */
export const storedReply = async (tx: Tx, scope: Scope): Promise<IdempotencyKeysTable | null> => {
  if (scope.idempotency === null) return null;
  const stored = await tx
    .selectFrom("idempotency_keys")
    .selectAll()
    .where("user_id", "=", scope.userId)
    .where("key", "=", scope.idempotency.key)
    .executeTakeFirst();
  return stored ?? null;
};

/** The outcome of a request that was answered before: nothing is committed. */
export type RepeatedReply<Body> = { readonly kind: "repeated"; readonly reply: Reply<Body> };

/** @throws AppError IDEMPOTENCY_KEY_REUSED when the key belongs to another request. */
export const repeatedReply = <Body>(scope: Scope, stored: IdempotencyKeysTable): RepeatedReply<Body> => {
  if (stored.fingerprint !== scope.idempotency?.fingerprint) {
    throw new AppError("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request");
  }
  const body: Body = JSON.parse(stored.body);
  return { kind: "repeated", reply: { status: stored.status, body, position: stored.position } };
};

/** Stores a reply in the transaction of its change. With `tenantId: null` its user gets it again without any right. */
export const storeReply = async (
  tx: Tx,
  scope: Scope,
  tenantId: TeamId | null,
  reply: Reply<unknown>,
  at: string,
): Promise<void> => {
  if (scope.idempotency === null) return;
  await tx
    .insertInto("idempotency_keys")
    .values({
      user_id: scope.userId,
      key: scope.idempotency.key,
      tenant_id: tenantId,
      fingerprint: scope.idempotency.fingerprint,
      status: reply.status,
      body: JSON.stringify(reply.body),
      position: reply.position,
      created_at: at,
    })
    .execute();
};
