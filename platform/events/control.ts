import { z } from "zod";
import { positionSchema } from "../../shared/protocol/position.ts";

/** A message of the control channel: a session, API key or user ended, and nodes close its sockets. */
export const controlMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session-ended"), sid: z.string() }),
  z.object({ type: z.literal("user-ended"), userId: z.string() }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;

/**
 * A node's request to publish a tenant's log again from the database. `seen` comes from a token with a valid signature,
 * never from a client's own words: a database behind it was put back to an older copy.
 */
export const repairRequestSchema = z.object({ tenantId: z.string(), seen: positionSchema.optional() });
export type RepairRequest = z.infer<typeof repairRequestSchema>;

/**
 * The relay's answer to a repair request, once the log is published again. `head` is the database's, `null` when it has
 * no log of the tenant. It lets a node tell "the database is not ahead either" from "no process with a database runs".
 */
export const repairAnswerSchema = z.object({ tenantId: z.string(), head: positionSchema.nullable() });
export type RepairAnswer = z.infer<typeof repairAnswerSchema>;
