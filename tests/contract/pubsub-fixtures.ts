import type { LogEntry } from "../../platform/pubsub/provider.ts";

export const EPOCH = "01900000-0000-7000-8000-000000000001";
export const LATER_EPOCH = "01900000-0000-7000-8000-000000000002";

export const newId = (): string => Bun.randomUUIDv7();

/** A tenant's event in the form of a log entry. */
export const entryOf = (
  tenantId: string,
  seq: number,
  more: { epoch?: string; action?: string; data?: Record<string, unknown>; size?: number } = {},
): LogEntry => ({
  seq,
  payload: JSON.stringify({
    type: "message",
    tenantId,
    initiatorId: "system",
    action: more.action ?? "NOTE_ADDED",
    data: more.data ?? { text: "x".repeat(more.size ?? 10) },
    seq,
    epoch: more.epoch ?? EPOCH,
    at: new Date().toISOString(),
  }),
});

export const entriesOf = (tenantId: string, from: number, to: number, size?: number): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    entryOf(tenantId, from + index, size === undefined ? {} : { size }),
  );
