import { sql } from "kysely";
import type { Clock } from "../clock/clock.ts";
import type { Db, Executor } from "../db/db.ts";
import type { Log } from "../log/log.ts";

/** How many events of a tenant are kept for clients, and for how long. Beyond that clients read the state by REST. */
export const KEPT_EVENTS = 10_000;
export const KEPT_DAYS = 7;
/** The same bounds for events that a log consumer has not taken. */
export const UNTAKEN_EVENTS = 100_000;
export const UNTAKEN_DAYS = 30;

const EVERY_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Events deleted in one statement: other writers wait that long at most. */
const BATCH = 2_000;

/** A tenant's head, and the cursor that is furthest behind it; `null` when no consumer is registered. */
type TenantLog = { tenantId: string; seq: number; epochBase: number; slowest: number | null };

/**
 * Deletes the events that neither clients nor log consumers need any more, the events beyond the bounds for consumers,
 * and old idempotency keys. Then marks each consumer that lost events as held, and the others as not held.
 */
export const trimOnce = async (db: Db, now: number): Promise<void> => {
  const daysAgo = (days: number) => new Date(now - days * DAY_MS).toISOString();
  const held = new Set<string>();
  for (const log of await readLogs(db.read)) {
    const { tenantId, seq, epochBase, slowest } = log;
    const bound = async (events: number, days: number) =>
      Math.max(seq - events, await lastBefore(db.read, tenantId, daysAgo(days)));
    // Clients never read an earlier epoch.
    const unneeded = Math.max(epochBase, await bound(KEPT_EVENTS, KEPT_DAYS));
    const last =
      slowest === null || slowest >= unneeded ? unneeded : Math.max(slowest, await bound(UNTAKEN_EVENTS, UNTAKEN_DAYS));
    const oldest = await deleteThrough(db, tenantId, last);
    const isKept = slowest === null || slowest + 1 >= (oldest ?? seq + 1);
    if (!isKept) for (const name of await consumersBehind(db.read, tenantId, oldest ?? seq + 1)) held.add(name);
  }
  await writeHeld(db, held, new Date(now).toISOString());
  await db.write.deleteFrom("idempotency_keys").where("created_at", "<", daysAgo(KEPT_DAYS)).execute();
};

const readLogs = async (executor: Executor): Promise<TenantLog[]> => {
  const { rows } = await sql<{ tenant_id: string; seq: number; epoch_base: number; slowest: number | null }>`
    select h.tenant_id, h.seq, h.epoch_base, (
      select min(coalesce(c.seq, 0)) from consumers k
      left join consumer_cursors c on c.consumer = k.name and c.tenant_id = h.tenant_id
    ) as slowest
    from tenant_heads h`.execute(executor);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    seq: row.seq,
    epochBase: row.epoch_base,
    slowest: row.slowest,
  }));
};

/** The seq of the last kept event that was committed before `at`; 0 when there is none. */
const lastBefore = async (executor: Executor, tenantId: string, at: string): Promise<number> => {
  const row = await executor
    .selectFrom("events")
    .select((select) => select.fn.max("seq").as("seq"))
    .where("tenant_id", "=", tenantId)
    .where("at", "<", at)
    .executeTakeFirst();
  return Number(row?.seq ?? 0);
};

const oldestOf = async (executor: Executor, tenantId: string): Promise<number | null> => {
  const row = await executor
    .selectFrom("events")
    .select((select) => select.fn.min("seq").as("seq"))
    .where("tenant_id", "=", tenantId)
    .executeTakeFirst();
  return row?.seq === null || row?.seq === undefined ? null : Number(row.seq);
};

/** Deletes from the oldest event on, so that the kept ones never have a gap. Returns the seq of the oldest kept one. */
const deleteThrough = async (db: Db, tenantId: string, last: number): Promise<number | null> => {
  const oldest = await oldestOf(db.read, tenantId);
  if (oldest === null || oldest > last) return oldest;
  for (let seq = oldest; seq <= last; seq += BATCH) {
    await db.write
      .deleteFrom("events")
      .where("tenant_id", "=", tenantId)
      .where("seq", "<=", Math.min(last, seq + BATCH - 1))
      .execute();
  }
  return oldestOf(db.read, tenantId);
};

/** The consumers whose next event, were it kept, would come before `oldest`. */
const consumersBehind = async (executor: Executor, tenantId: string, oldest: number): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`
    select k.name from consumers k
    left join consumer_cursors c on c.consumer = k.name and c.tenant_id = ${tenantId}
    where coalesce(c.seq, 0) + 1 < ${oldest}`.execute(executor);
  return rows.map((row) => row.name);
};

const writeHeld = async (db: Db, held: ReadonlySet<string>, at: string): Promise<void> => {
  const consumers = await db.read.selectFrom("consumers").select(["name", "held_at"]).execute();
  for (const { name, held_at: heldAt } of consumers) {
    if (held.has(name) === (heldAt !== null)) continue;
    await db.write
      .updateTable("consumers")
      .set({ held_at: held.has(name) ? at : null })
      .where("name", "=", name)
      .execute();
  }
};

/** Trims every ten minutes. Returns a function that stops it and waits for the trimming in progress. */
export const startRetention = (deps: { db: Db; clock: Clock; log: Log }): (() => Promise<void>) => {
  let running: Promise<void> = Promise.resolve();
  const trim = () => {
    running = trimOnce(deps.db, deps.clock.now()).catch((err: unknown) => {
      deps.log.error({ err }, "trimming the event log failed; it is tried again");
    });
  };
  const stop = deps.clock.every(EVERY_MS, trim);
  return async () => {
    stop();
    await running;
  };
};
