import { NO_LOG_EPOCH, type Position } from "../shared/protocol/position.ts";
import type { Connection } from "./connection.ts";
import type { RealtimeContext } from "./context.ts";

const NO_LOG: Position = { epoch: NO_LOG_EPOCH, seq: 0 };

/** The heads for a heartbeat. Every event up to them was already sent to the connection's socket. */
export const headsFor = (
  { manager, rooms }: Pick<RealtimeContext, "manager" | "rooms">,
  connection: Connection,
): Record<string, Position> => {
  const heads = new Map<string, Position>();
  for (const tenantId of manager.tenantsOf(connection.id).keys()) {
    const hasNoLog = connection.session?.grants.get(tenantId) === null;
    const head = hasNoLog ? NO_LOG : (rooms.feedOf(tenantId)?.verifiedHead ?? null);
    if (head !== null) heads.set(tenantId, head);
  }
  return Object.fromEntries(heads);
};
