import type { Position } from "../../shared/protocol/position.ts";
import type { AppendOutcome, LogEntry } from "./provider.ts";

/** How many tenants' last published positions are remembered; beyond, the feeds' own check of `seq` does the work. */
const REMEMBERED_TENANTS = 20_000;

export type Published = {
  /** Decides about an append and answers what of it is new. Called for each entry, `onNew` may append more. */
  append(
    tenantId: string,
    epoch: string,
    entries: readonly LogEntry[],
    floor: number | undefined,
    onNew: (entry: LogEntry) => void,
  ): AppendOutcome;
  /** What was appended after this position could not be published. */
  retract(tenantId: string, position: Position): void;
  /** Another process has published up to here. */
  learn(tenantId: string, position: Position): void;
  clear(): void;
};

/** The last published position of each tenant, for a bus whose log is the database itself. */
export const createPublished = (): Published => {
  const published = new Map<string, Position>();

  const remember = (tenantId: string, position: Position) => {
    published.delete(tenantId);
    published.set(tenantId, position);
    if (published.size <= REMEMBERED_TENANTS) return;
    for (const oldest of published.keys()) {
      published.delete(oldest);
      return;
    }
  };

  return {
    append: (tenantId, epoch, entries, floor, onNew) => {
      const known = published.get(tenantId);
      if (known !== undefined && known.epoch > epoch) return { kind: "stale-epoch", epoch: known.epoch };
      const first = entries[0]?.seq;
      // There are no gaps: what comes before the first entry is in the log, where feeds that miss it read it.
      const before = Math.max(floor ?? 0, (first ?? 1) - 1);
      let head = known?.epoch === epoch ? Math.max(known.seq, before) : before;
      if (first !== undefined || floor !== undefined) remember(tenantId, { epoch, seq: head });
      for (const entry of entries) {
        if (entry.seq <= head) continue;
        head = entry.seq;
        // Before the delivery: a listener may append more.
        remember(tenantId, { epoch, seq: head });
        onNew(entry);
      }
      return { kind: "accepted", head };
    },
    retract: (tenantId, position) => {
      const known = published.get(tenantId);
      if (known?.epoch === position.epoch && known.seq > position.seq) remember(tenantId, position);
    },
    learn: (tenantId, position) => {
      const known = published.get(tenantId);
      const isNewer =
        known === undefined ||
        known.epoch < position.epoch ||
        (known.epoch === position.epoch && known.seq < position.seq);
      if (isNewer) remember(tenantId, position);
    },
    clear: () => published.clear(),
  };
};
