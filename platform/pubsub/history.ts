import type { Position } from "../../shared/protocol/position.ts";
import type { History, LogEntry } from "./provider.ts";

/** Builds the History after `since` from a log's `head` and `events`, which must come from one snapshot. */
export const toHistory = (
  head: Position | null,
  since: Position,
  limit: number,
  events: readonly LogEntry[],
): History => {
  if (head === null) return { kind: "unknown" };
  if (head.epoch !== since.epoch) return { kind: "unreachable", head, reason: "epoch" };
  if (since.seq > head.seq) return { kind: "unreachable", head, reason: "ahead" };
  if (head.seq - since.seq > limit) return { kind: "unreachable", head, reason: "too-many" };
  if (events.length !== head.seq - since.seq) return { kind: "unreachable", head, reason: "trimmed" };
  return { kind: "events", head, events };
};
