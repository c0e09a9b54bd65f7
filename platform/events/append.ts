import type { SequencedMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { DialectName, Tx } from "../db/db.ts";
import type { LogEntry } from "../pubsub/provider.ts";

/** An event that has no number yet. Its owner decides which actions there are and what their data is. */
export type NewEvent = Pick<SequencedMessage, "action" | "data">;

export type EventContext = {
  readonly tenantId: string;
  readonly initiatorId: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  readonly mutationId: string | null;
};

/**
 * Locks the tenant's head for the rest of the transaction; `null` when the tenant has no log. Every command of a tenant
 * takes this lock first, so events commit in the order of seq and later reads of the transaction stay true.
 * On SQLite `begin immediate` has taken the write lock already.
 */
export const lockHead = async (dialect: DialectName, tx: Tx, tenantId: string): Promise<Position | null> => {
  const query = tx.selectFrom("tenant_heads").select(["epoch", "seq"]).where("tenant_id", "=", tenantId);
  return (await (dialect === "postgres" ? query.forUpdate() : query).executeTakeFirst()) ?? null;
};

/** Creates the log of a new tenant, with seq 0. */
export const createHead = async (tx: Tx, tenantId: string, epoch: string, at: string): Promise<Position> => {
  await tx.insertInto("tenant_heads").values({ tenant_id: tenantId, epoch, seq: 0, updated_at: at }).execute();
  return { epoch, seq: 0 };
};

const EVENTS_PER_INSERT = 200;

/** Appends events after a locked head and moves the head. Returns the entries, for the relay. */
export const appendEvents = async (
  tx: Tx,
  head: Position,
  context: EventContext,
  events: readonly NewEvent[],
): Promise<LogEntry[]> => {
  if (events.length === 0) return [];
  const entries = events.map((event, index): LogEntry => {
    const seq = head.seq + index + 1;
    const message: SequencedMessage = {
      type: "message",
      tenantId: context.tenantId,
      initiatorId: context.initiatorId,
      action: event.action,
      data: event.data,
      seq,
      epoch: head.epoch,
      at: context.at,
      ...(context.mutationId === null ? {} : { mutationId: context.mutationId }),
    };
    return { seq, payload: JSON.stringify(message) };
  });
  for (let start = 0; start < entries.length; start += EVENTS_PER_INSERT) {
    await tx
      .insertInto("events")
      .values(
        entries.slice(start, start + EVENTS_PER_INSERT).map((entry) => ({
          tenant_id: context.tenantId,
          seq: entry.seq,
          at: context.at,
          payload: entry.payload,
        })),
      )
      .execute();
  }
  await tx
    .updateTable("tenant_heads")
    .set({ seq: head.seq + entries.length, updated_at: context.at })
    .where("tenant_id", "=", context.tenantId)
    .execute();
  return entries;
};
