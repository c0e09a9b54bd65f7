import type { Position } from "../../shared/protocol/position.ts";
import { type Db, type Executor, readSnapshot, type Tx } from "../db/db.ts";
import { toHistory } from "../pubsub/history.ts";
import type { LogReader } from "../pubsub/log-reader.ts";
import type { History } from "../pubsub/provider.ts";
import { lockHead } from "./append.ts";

/** Events are kept for this long, and of each tenant at most so many; older ones are read by REST as state. */
export const KEPT_EVENTS = 10_000;
export const KEPT_DAYS = 7;

export const readHead = async (tx: Executor, tenantId: string): Promise<Position | null> =>
  (await tx.selectFrom("tenant_heads").select(["epoch", "seq"]).where("tenant_id", "=", tenantId).executeTakeFirst()) ??
  null;

/** The events after `since`, read in the snapshot that also gives the head: nothing is trimmed between the two. */
export const readHistory = async (tx: Tx, tenantId: string, since: Position, limit: number): Promise<History> => {
  const head = await readHead(tx, tenantId);
  // What will not be told need not be read.
  const isWanted = head !== null && head.epoch === since.epoch && head.seq - since.seq <= limit;
  return toHistory(head, since, limit, isWanted ? await eventsAfter(tx, tenantId, since.seq, limit) : []);
};

/** Up to `limit` of the events that are kept after `seq`, in order. */
export const eventsAfter = (tx: Tx, tenantId: string, seq: number, limit: number) =>
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

/** Whether a log has not reached what was seen of it. */
export const isBehind = (log: Position, seen: Position): boolean =>
  log.epoch < seen.epoch || (log.epoch === seen.epoch && log.seq < seen.seq);

/**
 * Begins a new epoch where the log is behind a position that was seen of it. The old events go: they lead to a state that
 * others have left. Answers the head as it is then.
 */
export const startEpoch = (db: Db, tenantId: string, seen: Position, epoch: string): Promise<Position | null> =>
  db.change(async (tx) => {
    const head = await lockHead(db.dialect, tx, tenantId);
    if (head === null || !isBehind(head, seen) || epoch <= seen.epoch) return head;
    await tx.deleteFrom("events").where("tenant_id", "=", tenantId).execute();
    await tx
      .updateTable("tenant_heads")
      // Whoever sweeps tells the bus of it, should this process die now.
      .set({ epoch, relayed_seq: 0 })
      .where("tenant_id", "=", tenantId)
      .execute();
    return { epoch, seq: head.seq };
  });
