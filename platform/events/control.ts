import { z } from "zod";

/** What is announced on the control channel: a session, key or user has ended, and its sockets with it. */
export const controlMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session-ended"), sid: z.string() }),
  z.object({ type: z.literal("user-ended"), userId: z.string() }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;

/** A node's request to publish a tenant's log again from the database. */
export const repairRequestSchema = z.object({ tenantId: z.string() });
