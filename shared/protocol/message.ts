import { z } from "zod";
import { timestampSchema } from "../time.ts";
import { epochSchema, seqSchema } from "./position.ts";

const actionSchema = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/);
export const tenantIdSchema = z.string().regex(/^[^\s{}]{1,128}$/u, "must be a tenant's id");

const envelope = {
  type: z.literal("message"),
  tenantId: tenantIdSchema,
  initiatorId: z.string().min(1).max(128),
  action: actionSchema,
  data: z.record(z.string(), z.unknown()),
};

/** An event of a tenant's log: the same object on the socket, in SSE and in `GET …/events`. */
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
