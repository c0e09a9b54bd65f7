import type { Position } from "../../shared/protocol/position.ts";
import type { History } from "./provider.ts";

/** Reads the event log in the database. It is the source of truth; every bus only copies it. */
export type LogReader = {
  /** The last position of the log, `null` for a tenant without one. */
  head(tenantId: string): Promise<Position | null>;
  /** The events after `since`, at most `limit`, read in one snapshot with the head. */
  history(tenantId: string, since: Position, limit: number): Promise<History>;
};
