import type { SequencedMessage } from "../../shared/protocol/message.ts";

/** Wall-clock time in microseconds, comparable between the processes of a bench. */
export const nowMicros = (): number => Math.round((performance.timeOrigin + performance.now()) * 1_000);

export const EPOCH = "01900000-0000-7000-8000-000000000001";

const ids = { board: Bun.randomUUIDv7(), column: Bun.randomUUIDv7() };

/** Events have about 540 bytes; all other messages of the servers are far shorter. */
export const EVENT_LENGTH_AT_LEAST = 500;

/**
 * An event as Artel's API commits it. `mutationId` holds the time of publication, as 16 digits at the end of the text.
 */
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

/** Reads the time of publication, in microseconds, from the end of a frame's text. */
export const publishedAt = (textEnd: string): number => Number(PUBLISHED_AT.exec(textEnd)?.[1] ?? Number.NaN);
