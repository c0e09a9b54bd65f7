import type { Clock } from "../clock/clock.ts";
import type { Db } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import { KEPT_DAYS, KEPT_EVENTS } from "./log.ts";

const EVERY_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Small transactions: writers wait for one batch at most. */
const BATCH = 2_000;

/** Deletes what is older than it is kept: events beyond `KEPT_EVENTS` of a tenant or `KEPT_DAYS`, and idempotency keys. */
export const trimOnce = async (db: Db, now: number): Promise<void> => {
  const oldest = new Date(now - KEPT_DAYS * DAY_MS).toISOString();
  const heads = await db.read.selectFrom("tenant_heads").select(["tenant_id", "seq"]).execute();
  for (const head of heads) {
    const old = await db.read
      .selectFrom("events")
      .select((select) => select.fn.max("seq").as("seq"))
      .where("tenant_id", "=", head.tenant_id)
      .where("at", "<", oldest)
      .executeTakeFirst();
    const last = Math.max(head.seq - KEPT_EVENTS, Number(old?.seq ?? 0));
    await deleteThrough(db, head.tenant_id, last);
  }
  await db.write.deleteFrom("idempotency_keys").where("created_at", "<", oldest).execute();
};

/** Deletes from the oldest on, so that what is left never has a hole. */
const deleteThrough = async (db: Db, tenantId: string, last: number): Promise<void> => {
  const first = await db.read
    .selectFrom("events")
    .select((select) => select.fn.min("seq").as("seq"))
    .where("tenant_id", "=", tenantId)
    .executeTakeFirst();
  if (first?.seq === null || first?.seq === undefined) return;
  for (let seq = Number(first.seq); seq <= last; seq += BATCH) {
    await db.write
      .deleteFrom("events")
      .where("tenant_id", "=", tenantId)
      .where("seq", "<=", Math.min(last, seq + BATCH - 1))
      .execute();
  }
};

/** Trims every ten minutes until stopped. */
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
