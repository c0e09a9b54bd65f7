import { sql } from "kysely";
import type { Position } from "../../shared/protocol/position.ts";
import type { Db, DialectName, Executor, Tx } from "../db/db.ts";

/** The relay's name as a consumer. */
export const RELAY = "relay";

/** Where a consumer starts in the logs that exist when it registers. In later logs it starts with the first event. */
export type StartFrom = "beginning" | "head";

const ROWS_PER_UPSERT = 200;

/** Registers a consumer, so that retention waits for it. Does nothing when the name is registered already. */
export const registerConsumer = (db: Db, name: string, from: StartFrom, at: string): Promise<void> =>
  db.change(async (tx) => {
    const registered = await tx
      .insertInto("consumers")
      .values({ name, registered_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .returning("name")
      .executeTakeFirst();
    if (registered === undefined) return;
    const oldest = sql`(select min(e.seq) from events e where e.tenant_id = h.tenant_id)`;
    // A missing row means seq 0, and the trimmed events of an older log would count as missed.
    await sql`
      insert into consumer_cursors (consumer, tenant_id, epoch, seq)
      select ${name}, h.tenant_id,
        ${from === "head" ? sql`h.epoch` : sql`''`},
        ${from === "head" ? sql`h.seq` : sql`coalesce(${oldest} - 1, h.seq)`}
      from tenant_heads h`.execute(tx);
  });

/** Deletes a consumer with all its cursors, so that retention no longer waits for it. */
export const unregisterConsumer = async (db: Db, name: string): Promise<void> => {
  await db.write.deleteFrom("consumers").where("name", "=", name).execute();
};

/**
 * Locks a consumer's cursor of one tenant for the rest of the transaction; `null` while another process holds the lock.
 * On SQLite `begin immediate` has taken the write lock already.
 */
export const lockCursor = async (
  dialect: DialectName,
  tx: Tx,
  consumer: string,
  tenantId: string,
): Promise<Position | null> => {
  const query = tx
    .selectFrom("consumer_cursors")
    .select(["epoch", "seq"])
    .where("consumer", "=", consumer)
    .where("tenant_id", "=", tenantId);
  const cursor = await (dialect === "postgres" ? query.forUpdate().skipLocked() : query).executeTakeFirst();
  if (cursor !== undefined) return cursor;
  // A row that exists and is locked conflicts.
  const created = await tx
    .insertInto("consumer_cursors")
    .values({ consumer, tenant_id: tenantId, epoch: "", seq: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .returning(["epoch", "seq"])
    .executeTakeFirst();
  return created ?? null;
};

/** Moves a cursor that the transaction has locked. */
export const moveCursor = async (tx: Tx, consumer: string, tenantId: string, to: Position): Promise<void> => {
  await tx
    .updateTable("consumer_cursors")
    .set({ epoch: to.epoch, seq: to.seq })
    .where("consumer", "=", consumer)
    .where("tenant_id", "=", tenantId)
    .execute();
};

/** Moves the cursors of many tenants forward, without a handler's transaction. Never moves one back. */
export const advanceCursors = async (
  db: Db,
  consumer: string,
  positions: ReadonlyMap<string, Position>,
): Promise<void> => {
  // Every process locks the rows in the same order, which rules out deadlocks.
  const rows = [...positions].sort(([a], [b]) => (a < b ? -1 : 1));
  for (let start = 0; start < rows.length; start += ROWS_PER_UPSERT) {
    await db.write
      .insertInto("consumer_cursors")
      .values(
        rows
          .slice(start, start + ROWS_PER_UPSERT)
          .map(([tenantId, { epoch, seq }]) => ({ consumer, tenant_id: tenantId, epoch, seq })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(["consumer", "tenant_id"])
          .doUpdateSet((set) => ({ epoch: set.ref("excluded.epoch"), seq: set.ref("excluded.seq") }))
          .where(sql<boolean>`(consumer_cursors.epoch, consumer_cursors.seq) < (excluded.epoch, excluded.seq)`),
      )
      .execute();
  }
};

/** A consumer's cursor of one tenant; `null` when it has taken nothing yet. */
export const readCursor = async (executor: Executor, consumer: string, tenantId: string): Promise<Position | null> =>
  (await executor
    .selectFrom("consumer_cursors")
    .select(["epoch", "seq"])
    .where("consumer", "=", consumer)
    .where("tenant_id", "=", tenantId)
    .executeTakeFirst()) ?? null;

export type Behind = {
  /** Bounds on the time of the head's last event, ISO 8601: from `since` on, and before `before`. */
  readonly since: string;
  readonly before: string;
  readonly limit: number;
};

/** The tenants whose head a consumer's cursor has not reached, in the order of their last events. */
export const tenantsBehind = async (
  executor: Executor,
  consumer: string,
  { since, before, limit }: Behind,
): Promise<string[]> => {
  const { rows } = await sql<{ tenant_id: string }>`
    select h.tenant_id from tenant_heads h
    left join consumer_cursors c on c.consumer = ${consumer} and c.tenant_id = h.tenant_id
    where h.updated_at >= ${since} and h.updated_at < ${before}
      and (c.epoch <> h.epoch or coalesce(c.seq, 0) < h.seq)
    order by h.updated_at limit ${limit}`.execute(executor);
  return rows.map((row) => row.tenant_id);
};

/** The consumers that are held: retention deleted events that they had not taken. */
export const heldConsumers = async (executor: Executor): Promise<{ name: string; since: string }[]> => {
  const rows = await executor
    .selectFrom("consumers")
    .select(["name", "held_at as since"])
    .where("held_at", "is not", null)
    .orderBy("name")
    .execute();
  return rows.flatMap(({ name, since }) => (since === null ? [] : [{ name, since }]));
};
