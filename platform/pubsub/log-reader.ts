import type { Position } from "../../shared/protocol/position.ts";
import type { History } from "./provider.ts";

/** Reads the event log in the database, the truth that every bus is a cache of. */
export type LogReader = {
  /** `null` when the tenant has no log. */
  head(tenantId: string): Promise<Position | null>;
  history(tenantId: string, since: Position, limit: number): Promise<History>;
};
