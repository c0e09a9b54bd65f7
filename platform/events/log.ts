import type { Position } from "../../shared/protocol/position.ts";
import { type Db, type Executor, readSnapshot, type Tx } from "../db/db.ts";
import { toHistory } from "../pubsub/history.ts";
import type { History, LogEntry } from "../pubsub/provider.ts";
import { lockHead } from "./append.ts";
import type { LogReader } from "./log-reader.ts";

export const readHead = async (tx: Executor, tenantId: string): Promise<Position | null> =>
  (await tx.selectFrom("tenant_heads").select(["epoch", "seq"]).where("tenant_id", "=", tenantId).executeTakeFirst()) ??
  null;

/** The events after `since`, read in the snapshot that also gives the head: nothing is trimmed between the two. */
export const readHistory = async (tx: Tx, tenantId: string, since: Position, limit: number): Promise<History> => {
  const head = await readHead(tx, tenantId);
  // The answer has no events otherwise.
  const isReachable = head !== null && head.epoch === since.epoch && head.seq - since.seq <= limit;
  return toHistory(head, since, limit, isReachable ? await eventsAfter(tx, tenantId, since, limit) : []);
};

/**
 * Up to `limit` of the kept events after `since`, in order; none when its epoch is not the current one. Events of earlier
 * epochs are kept for log consumers alone: they lead to a state that clients have left.
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

/** Up to `limit` of the kept events after `seq` of every epoch, in order: seq grows across epochs without a hole. */
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

/** The event log as feeds and the local bus read it. */
export const createLogReader = (db: Db): LogReader => ({
  head: (tenantId) => readSnapshot(db, (tx) => readHead(tx, tenantId)),
  history: (tenantId, since, limit) => readSnapshot(db, (tx) => readHistory(tx, tenantId, since, limit)),
});

/** Whether `log` has not come as far as a position that was seen of it. */
export const isBehind = (log: Position, seen: Position): boolean =>
  log.epoch < seen.epoch || (log.epoch === seen.epoch && log.seq < seen.seq);

/**
 * Begins a new epoch where the log is behind a position that was seen of it; answers the head after that. Seq goes on
 * where it was. The earlier events stay until every log consumer has taken them; `eventsAfter` no longer reads them.
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
      // `updated_at` makes every process's sweep look at the tenant, should this one die before it tells pub/sub.
      .set({ epoch, epoch_base: head.seq, updated_at: at })
      .where("tenant_id", "=", tenantId)
      .execute();
    return { epoch, seq: head.seq };
  });
