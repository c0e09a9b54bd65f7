import type { Position } from "../../shared/protocol/position.ts";
import { type Db, type Executor, readSnapshot, type Tx } from "../db/db.ts";
import { toHistory } from "../pubsub/history.ts";
import type { LogReader } from "../pubsub/log-reader.ts";
import type { History, LogEntry } from "../pubsub/provider.ts";
import { lockHead } from "./append.ts";

export const readHead = async (tx: Executor, tenantId: string): Promise<Position | null> =>
  (await tx.selectFrom("tenant_heads").select(["epoch", "seq"]).where("tenant_id", "=", tenantId).executeTakeFirst()) ??
  null;

/** Reads head and events in one snapshot: retention cannot delete events between the two. */
const readHistory = async (tx: Tx, tenantId: string, since: Position, limit: number): Promise<History> => {
  const head = await readHead(tx, tenantId);
  // Otherwise the history has no events, so they need not be read.
  const isReachable = head !== null && head.epoch === since.epoch && head.seq - since.seq <= limit;
  return toHistory(head, since, limit, isReachable ? await eventsAfter(tx, tenantId, since, limit) : []);
};

/**
 * Up to `limit` kept events after `since`, in order; none unless its epoch is the current one. Events of earlier epochs
 * are kept for log consumers alone: they lead to a state that clients no longer show.
 */
export const eventsAfter = (tx: Executor, tenantId: string, since: Position, limit: number): Promise<LogEntry[]> =>
  tx
    .selectFrom("events as e")
    .innerJoin("tenant_heads as h", "h.tenant_id", "e.tenant_id")
    .select(["e.seq", "e.payload"])
    .where("e.tenant_id", "=", tenantId)
    .where("e.seq", ">", since.seq)
    .where("h.epoch", "=", since.epoch)
    .whereRef("e.seq", ">", "h.epoch_base")
    .orderBy("e.seq")
    .limit(limit)
    .execute();

/** Up to `limit` kept events of all epochs after `seq`, in order. Seq has no gap between epochs. */
export const eventsOfAllEpochsAfter = (
  tx: Executor,
  tenantId: string,
  seq: number,
  limit: number,
): Promise<LogEntry[]> =>
  tx
    .selectFrom("events")
    .select(["seq", "payload"])
    .where("tenant_id", "=", tenantId)
    .where("seq", ">", seq)
    .orderBy("seq")
    .limit(limit)
    .execute();

/** Reads the event log for feeds and the local bus. */
export const createLogReader = (db: Db): LogReader => ({
  head: (tenantId) => readSnapshot(db, (tx) => readHead(tx, tenantId)),
  history: (tenantId, since, limit) => readSnapshot(db, (tx) => readHistory(tx, tenantId, since, limit)),
});

/** Whether the log has not reached a position that was seen of it. Epochs are UUIDv7: a later one sorts after. */
export const isBehind = (log: Position, seen: Position): boolean =>
  log.epoch < seen.epoch || (log.epoch === seen.epoch && log.seq < seen.seq);

/**
 * Begins a new epoch if the log is behind a position that was seen of it. Returns the head afterwards. Seq continues.
 * The events of earlier epochs stay until every log consumer has taken them, but `eventsAfter` no longer reads them.
 */
export const startEpoch = (
  db: Db,
  tenantId: string,
  { seen, epoch, at }: { readonly seen: Position; readonly epoch: string /** ISO 8601. */; readonly at: string },
): Promise<Position | null> =>
  db.change(async (tx) => {
    const head = await lockHead(db.dialect, tx, tenantId);
    if (head === null || !isBehind(head, seen) || epoch <= seen.epoch) return head;
    await tx
      .updateTable("tenant_heads")
      // `updated_at` brings the tenant into the next sweep of every process, in case this one dies before it tells
      // pub/sub.
      .set({ epoch, epoch_base: head.seq, updated_at: at })
      .where("tenant_id", "=", tenantId)
      .execute();
    return { epoch, seq: head.seq };
  });
