import type { Feed } from "../platform/events/feed.ts";
import { NO_LOG_EPOCH, type Position } from "../shared/position.ts";
import type { Connection } from "./connection.ts";
import type { RealtimeContext } from "./context.ts";

/** A head is told only if the log was compared this lately, in milliseconds. */
const COMPARED_WITHIN_MS = 10_000;
const NO_LOG: Position = { epoch: NO_LOG_EPOCH, seq: 0 };

/** The heads that a heartbeat may name: everything up to them was sent on the connection's socket before. */
export const headsFor = (
  { manager, rooms, clock }: Pick<RealtimeContext, "manager" | "rooms" | "clock">,
  connection: Connection,
): Record<string, Position> => {
  const heads = new Map<string, Position>();
  for (const tenantId of manager.tenantsOf(connection.id).keys()) {
    const head =
      connection.session?.grants.get(tenantId) === null ? NO_LOG : comparedHead(rooms.feedOf(tenantId), clock.now());
    if (head !== null) heads.set(tenantId, head);
  }
  return Object.fromEntries(heads);
};

const comparedHead = (feed: Feed | undefined, now: number): Position | null =>
  feed !== undefined && now - feed.comparedAt <= COMPARED_WITHIN_MS ? feed.position : null;
