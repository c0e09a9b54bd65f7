import { z } from "zod";
import { boardSchema } from "./boards.ts";
import { columnSchema } from "./columns.ts";
import { labelSchema } from "./labels.ts";
import { memberSchema } from "./members.ts";
import { epochSchema, seqSchema } from "./protocol/position.ts";
import { taskSchema } from "./tasks.ts";
import { teamSchema } from "./teams.ts";
import { timestampSchema } from "./time.ts";

/** Every action of Artel's own with the shape of its `data`: exactly what REST shows of the entity. */
export const EVENT_DATA = {
  TEAM_CREATED: teamSchema,
  TEAM_UPDATED: teamSchema,
  TEAM_DELETED: teamSchema,
  MEMBER_CREATED: memberSchema,
  MEMBER_UPDATED: memberSchema,
  MEMBER_DELETED: memberSchema,
  BOARD_CREATED: boardSchema,
  BOARD_UPDATED: boardSchema,
  BOARD_DELETED: boardSchema,
  BOARD_IMPORTED: boardSchema,
  COLUMN_CREATED: columnSchema,
  COLUMN_UPDATED: columnSchema,
  COLUMN_MOVED: columnSchema,
  COLUMN_DELETED: columnSchema,
  LABEL_CREATED: labelSchema,
  LABEL_UPDATED: labelSchema,
  LABEL_DELETED: labelSchema,
  TASK_CREATED: taskSchema,
  TASK_UPDATED: taskSchema,
  TASK_MOVED: taskSchema,
  TASK_DELETED: taskSchema,
} as const;

export type Action = keyof typeof EVENT_DATA;
export type EventData<A extends Action = Action> = z.infer<(typeof EVENT_DATA)[A]>;

export const isKnownAction = (action: string): action is Action => Object.hasOwn(EVENT_DATA, action);

/** Who acted when no person did. */
export const SYSTEM_INITIATOR = "system";

export const actionSchema = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/);
export const tenantIdSchema = z.string().regex(/^[^\s{}]{1,128}$/u, "must be a tenant's id");

const envelope = {
  type: z.literal("message"),
  tenantId: tenantIdSchema,
  initiatorId: z.string().min(1).max(128),
  action: actionSchema,
  data: z.record(z.string(), z.unknown()),
};

/** An event of Artel's log: the same object on the socket, in SSE and in `GET …/events`. */
export const sequencedMessageSchema = z
  .object({
    ...envelope,
    seq: seqSchema.min(1),
    epoch: epochSchema,
    at: timestampSchema,
    mutationId: z.string().optional(),
  })
  .meta({ id: "SequencedMessage" });
export type SequencedMessage = z.infer<typeof sequencedMessageSchema>;

/** An event that another backend published without a place in a log. */
export const unsequencedMessageSchema = z
  .object({ ...envelope, at: z.string().max(64).optional(), mutationId: z.string().max(128).optional() })
  .meta({ id: "UnsequencedMessage" });
export type UnsequencedMessage = z.infer<typeof unsequencedMessageSchema>;

export type EventMessage = SequencedMessage | UnsequencedMessage;

export const isSequenced = (message: EventMessage): message is SequencedMessage =>
  "seq" in message && message.seq !== undefined;

/** The issues of a known action's `data`; none for an action that this version does not know. */
export const eventDataIssues = (message: EventMessage): z.core.$ZodIssue[] => {
  if (!isKnownAction(message.action)) return [];
  return EVENT_DATA[message.action].safeParse(message.data).error?.issues ?? [];
};
