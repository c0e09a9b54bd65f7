import type { Position } from "../../shared/protocol/position.ts";
import type { AppendOutcome, LogEntry } from "./provider.ts";

/** Tenants beyond this are forgotten, least recently used first; the feeds then drop duplicates by `seq`. */
const MAX_TENANTS = 20_000;

export type PublishedHeads = {
  /** Calls `onNew` for each entry that was not published yet, and moves the head. `onNew` may call `append` again. */
  append(
    tenantId: string,
    epoch: string,
    entries: readonly LogEntry[],
    floor: number | undefined,
    onNew: (entry: LogEntry) => void,
  ): AppendOutcome;
  /** Moves the head back to `position`, because publishing the entries after it failed. */
  rollBack(tenantId: string, position: Position): void;
  /** Moves the head forward to a position that another process published. */
  advance(tenantId: string, position: Position): void;
  clear(): void;
};

/** The last published position per tenant, for a bus whose log is the database itself. */
export const createPublishedHeads = (): PublishedHeads => {
  const heads = new Map<string, Position>();

  const setHead = (tenantId: string, position: Position) => {
    heads.delete(tenantId);
    heads.set(tenantId, position);
    if (heads.size <= MAX_TENANTS) return;
    for (const oldest of heads.keys()) {
      heads.delete(oldest);
      return;
    }
  };

  return {
    append: (tenantId, epoch, entries, floor, onNew) => {
      const known = heads.get(tenantId);
      if (known !== undefined && known.epoch > epoch) return { kind: "stale-epoch", epoch: known.epoch };
      const first = entries[0]?.seq;
      // No gap is possible: earlier entries are in the database, and a feed that misses them reads them there.
      const before = Math.max(floor ?? 0, (first ?? 1) - 1);
      let head = known?.epoch === epoch ? Math.max(known.seq, before) : before;
      if (first !== undefined || floor !== undefined) setHead(tenantId, { epoch, seq: head });
      for (const entry of entries) {
        if (entry.seq <= head) continue;
        head = entry.seq;
        // Before `onNew`: a listener may append more.
        setHead(tenantId, { epoch, seq: head });
        onNew(entry);
      }
      return { kind: "accepted", head };
    },
    rollBack: (tenantId, position) => {
      const known = heads.get(tenantId);
      if (known?.epoch === position.epoch && known.seq > position.seq) setHead(tenantId, position);
    },
    advance: (tenantId, position) => {
      const known = heads.get(tenantId);
      const isNewer =
        known === undefined ||
        known.epoch < position.epoch ||
        (known.epoch === position.epoch && known.seq < position.seq);
      if (isNewer) setHead(tenantId, position);
    },
    clear: () => heads.clear(),
  };
};
