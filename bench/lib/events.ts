import type { SequencedMessage } from "../../shared/protocol/message.ts";

/** Microseconds of the same wall clock in every process of the bench. */
export const nowMicros = (): number => Math.round((performance.timeOrigin + performance.now()) * 1_000);

export const EPOCH = "01900000-0000-7000-8000-000000000001";

const ids = { board: Bun.randomUUIDv7(), column: Bun.randomUUIDv7() };

/** Events are about 540 bytes; everything else that a server says on these sockets is far shorter. */
export const EVENT_LENGTH_AT_LEAST = 500;

/** An event as Artel's API commits it. The time of its publication stands in `mutationId`, 16 digits at the very end. */
export const eventText = (tenantId: string, seq: number): string => {
  const micros = nowMicros();
  const at = new Date(micros / 1_000).toISOString();
  const message: SequencedMessage = {
    type: "message",
    tenantId,
    initiatorId: "system",
    action: "COLUMN_UPDATED",
    data: {
      id: ids.column,
      boardId: ids.board,
      teamId: tenantId,
      name: "Doing",
      color: null,
      wipLimit: null,
      rank: "a1",
      createdAt: at,
      updatedAt: at,
      version: seq,
    },
    seq,
    epoch: EPOCH,
    at,
    mutationId: String(micros),
  };
  return JSON.stringify(message);
};

const PUBLISHED_AT = /(\d{16})"\}\]?$/;

/** Reads from the end of a frame's text when its event was published, in microseconds. */
export const publishedAt = (textEnd: string): number => Number(PUBLISHED_AT.exec(textEnd)?.[1] ?? Number.NaN);
