import { z } from "zod";
import { positionSchema } from "../../shared/protocol/position.ts";

/** What is announced on the control channel: a session, key or user has ended, and its sockets with it. */
export const controlMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session-ended"), sid: z.string() }),
  z.object({ type: z.literal("user-ended"), userId: z.string() }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;

/**
 * A node's request to publish a tenant's log again from the database. `seen` is a position that a token with a good
 * signature names, and nothing that a client says: a database that has not reached it has gone back.
 */
export const repairRequestSchema = z.object({ tenantId: z.string(), seen: positionSchema.optional() });
export type RepairRequest = z.infer<typeof repairRequestSchema>;

/**
 * The answer to a repair request once the log is published again; `head` is the database's, `null` when it has no log
 * of this tenant. Without it a node cannot tell "the database is not ahead either" from "nobody has the database".
 */
export const repairAnswerSchema = z.object({ tenantId: z.string(), head: positionSchema.nullable() });
export type RepairAnswer = z.infer<typeof repairAnswerSchema>;
