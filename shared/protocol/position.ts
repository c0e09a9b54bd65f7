import { z } from "zod";

/** A tenant's history has an epoch; another epoch means that the history is no continuation of the one known. */
export const epochSchema = z
  .string()
  .regex(/^[0-9a-z-]{1,64}$/, "must be an epoch")
  .meta({ description: "Names one history of a team; epochs sort by the time of their making." });

export const seqSchema = z.int().min(0).meta({ description: "Grows by exactly one from event to event." });

/** A point in a tenant's history: all events up to and including `seq`. */
export const positionSchema = z.object({ epoch: epochSchema, seq: seqSchema }).meta({ id: "Position" });
export type Position = z.infer<typeof positionSchema>;

/**
 * Orders positions by age, for `Array.sort`. A later epoch is newer whatever its `seq`, since epochs sort by the time
 * of their making. Within one epoch `seq` decides.
 */
export const comparePositions = (a: Position, b: Position): number => {
  if (a.epoch === b.epoch) return a.seq - b.seq;
  return a.epoch < b.epoch ? -1 : 1;
};

/** Whether `position` covers every event up to `other`. Never across epochs: one history says nothing of another. */
export const isAtLeast = (position: Position, other: Position): boolean =>
  position.epoch === other.epoch && position.seq >= other.seq;

/** Whether an event at `next` comes right after `position`. An event of another epoch follows nothing. */
export const follows = (next: Position, position: Position): boolean =>
  next.epoch === position.epoch && next.seq === position.seq + 1;

/** Whether `position` belongs to a history that began after the one of `other`. */
export const isLaterHistory = (position: Position, other: Position): boolean => position.epoch > other.epoch;

/** The epoch of a tenant whose events come from another backend and that has no log. */
export const NO_LOG_EPOCH = "0";

const POSITION_TEXT = /^([0-9a-z-]{1,64}):(0|[1-9][0-9]{0,15})$/;

/** `<epoch>:<seq>`, the form of headers, query strings and SSE ids. */
export const formatPosition = (position: Position): string => `${position.epoch}:${position.seq}`;

/** Reads `<epoch>:<seq>`; `null` when the text is not one. */
export const parsePosition = (text: string): Position | null => {
  const match = POSITION_TEXT.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const seq = Number(match[2]);
  return Number.isSafeInteger(seq) ? { epoch: match[1], seq } : null;
};

export const positionTextSchema = z
  .string()
  .regex(POSITION_TEXT, "must be <epoch>:<seq>")
  .meta({ description: "A point in a team's history, `<epoch>:<seq>`." });
