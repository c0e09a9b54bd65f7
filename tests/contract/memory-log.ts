import type { LogReader } from "../../platform/pubsub/log-reader.ts";
import type { History, LogEntry } from "../../platform/pubsub/provider.ts";
import type { Position } from "../../shared/protocol/position.ts";

export type MemoryLog = LogReader & {
  /** Adds the events after the head to the tenant's log; another epoch starts a new log. */
  commit(tenantId: string, epoch: string, entries: readonly LogEntry[]): void;
  /** Deletes the events up to and including `seq`. */
  trim(tenantId: string, seq: number): void;
};

type Kept = { epoch: string; seq: number; entries: LogEntry[] };

/** An event log in memory that answers as the database's does. */
export const createMemoryLog = (): MemoryLog => {
  const logs = new Map<string, Kept>();
  const headOf = (kept: Kept): Position => ({ epoch: kept.epoch, seq: kept.seq });

  const history = (tenantId: string, since: Position, limit: number): History => {
    const kept = logs.get(tenantId);
    if (kept === undefined) return { kind: "unknown" };
    const head = headOf(kept);
    if (head.epoch !== since.epoch) return { kind: "unreachable", head, reason: "epoch" };
    if (since.seq > head.seq) return { kind: "unreachable", head, reason: "ahead" };
    if (head.seq - since.seq > limit) return { kind: "unreachable", head, reason: "too-many" };
    const events = kept.entries.filter(({ seq }) => seq > since.seq);
    if (events.length !== head.seq - since.seq) return { kind: "unreachable", head, reason: "trimmed" };
    return { kind: "events", head, events };
  };

  return {
    head: async (tenantId) => {
      const kept = logs.get(tenantId);
      return kept === undefined ? null : headOf(kept);
    },
    history: async (tenantId, since, limit) => history(tenantId, since, limit),
    commit: (tenantId, epoch, entries) => {
      const known = logs.get(tenantId);
      const kept = known?.epoch === epoch ? known : { epoch, seq: 0, entries: [] };
      for (const entry of entries) {
        if (entry.seq <= kept.seq) continue;
        kept.entries.push(entry);
        kept.seq = entry.seq;
      }
      logs.set(tenantId, kept);
    },
    trim: (tenantId, seq) => {
      const kept = logs.get(tenantId);
      if (kept !== undefined) kept.entries = kept.entries.filter((entry) => entry.seq > seq);
    },
  };
};
