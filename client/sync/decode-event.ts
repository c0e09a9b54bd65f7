import type { z } from "zod";
import { type Board, boardSchema } from "../../shared/boards.ts";
import { type Column, columnSchema } from "../../shared/columns.ts";
import { isKnownAction } from "../../shared/events.ts";
import { type Label, labelSchema } from "../../shared/labels.ts";
import { type Member, memberSchema } from "../../shared/members.ts";
import type { SequencedMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type Task, taskSchema } from "../../shared/tasks.ts";
import { type Team, teamSchema } from "../../shared/teams.ts";

type Put<Type extends string, Entity> = { readonly type: Type; readonly op: "put" | "delete"; readonly entity: Entity };

/** What an event says, in the cache's words. */
export type Change =
  | Put<"team", Team>
  | Put<"member", Member>
  | Put<"board", Board>
  | Put<"column", Column>
  | Put<"label", Label>
  | Put<"task", Task>
  /** The board's whole content is another; the event does not carry it. */
  | { readonly type: "board-content"; readonly entity: Board }
  /** An action that this version does not know: nothing that it holds is concerned. */
  | { readonly type: "nothing" }
  /** Something that it should know and cannot read. */
  | { readonly type: "unreadable" };

/** One step of a tenant's history. */
export type Fact = {
  readonly at: Position;
  readonly initiatorId: string | null;
  readonly mutationId: string | null;
  readonly change: Change;
};

const UNREADABLE: Change = { type: "unreadable" };

const read = <Entity>(schema: z.ZodType<Entity>, data: unknown, make: (entity: Entity) => Change): Change => {
  const parsed = schema.safeParse(data);
  return parsed.success ? make(parsed.data) : UNREADABLE;
};

const changeOf = ({ action, data }: SequencedMessage): Change => {
  if (!isKnownAction(action)) return { type: "nothing" };
  switch (action) {
    case "TEAM_CREATED":
    case "TEAM_UPDATED":
      return read(teamSchema, data, (entity) => ({ type: "team", op: "put", entity }));
    case "TEAM_DELETED":
      return read(teamSchema, data, (entity) => ({ type: "team", op: "delete", entity }));
    case "MEMBER_CREATED":
    case "MEMBER_UPDATED":
      return read(memberSchema, data, (entity) => ({ type: "member", op: "put", entity }));
    case "MEMBER_DELETED":
      return read(memberSchema, data, (entity) => ({ type: "member", op: "delete", entity }));
    case "BOARD_CREATED":
    case "BOARD_UPDATED":
      return read(boardSchema, data, (entity) => ({ type: "board", op: "put", entity }));
    case "BOARD_DELETED":
      return read(boardSchema, data, (entity) => ({ type: "board", op: "delete", entity }));
    case "BOARD_IMPORTED":
      return read(boardSchema, data, (entity) => ({ type: "board-content", entity }));
    case "COLUMN_CREATED":
    case "COLUMN_UPDATED":
    case "COLUMN_MOVED":
      return read(columnSchema, data, (entity) => ({ type: "column", op: "put", entity }));
    case "COLUMN_DELETED":
      return read(columnSchema, data, (entity) => ({ type: "column", op: "delete", entity }));
    case "LABEL_CREATED":
    case "LABEL_UPDATED":
      return read(labelSchema, data, (entity) => ({ type: "label", op: "put", entity }));
    case "LABEL_DELETED":
      return read(labelSchema, data, (entity) => ({ type: "label", op: "delete", entity }));
    case "TASK_CREATED":
    case "TASK_UPDATED":
    case "TASK_MOVED":
      return read(taskSchema, data, (entity) => ({ type: "task", op: "put", entity }));
    case "TASK_DELETED":
      return read(taskSchema, data, (entity) => ({ type: "task", op: "delete", entity }));
  }
};

/** Reads an event once; what is kept of it is what the cache applies. */
export const factOf = (message: SequencedMessage): Fact => ({
  at: { epoch: message.epoch, seq: message.seq },
  initiatorId: message.initiatorId,
  mutationId: message.mutationId ?? null,
  change: changeOf(message),
});

export const unreadableFact = (at: Position): Fact => ({
  at,
  initiatorId: null,
  mutationId: null,
  change: UNREADABLE,
});
