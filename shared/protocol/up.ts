import { z } from "zod";
import { tenantIdSchema } from "./message.ts";
import { positionSchema } from "./position.ts";

/** First on every socket; again at any time to renew. */
export const authSchema = z.object({ type: z.literal("auth"), token: z.string().min(1) }).meta({ id: "Auth" });

/** Joins a tenant's channel; with `since`, first everything after it. */
export const subscribeSchema = z
  .object({ type: z.literal("subscribe"), tenantId: tenantIdSchema, since: positionSchema.optional() })
  .meta({ id: "Subscribe" });

export const unsubscribeSchema = z
  .object({ type: z.literal("unsubscribe"), tenantId: tenantIdSchema })
  .meta({ id: "Unsubscribe" });

export const presenceDataSchema = z.record(z.string(), z.unknown()).nullable();
export type PresenceData = z.infer<typeof presenceDataSchema>;

/** What the person is looking at; replaces what was said before, `null` says nothing. */
export const sayPresenceSchema = z
  .object({ type: z.literal("presence"), tenantId: tenantIdSchema, data: presenceDataSchema })
  .meta({ id: "SayPresence" });

export const pingSchema = z.object({ type: z.literal("ping") }).meta({ id: "Ping" });

export const upSchema = z.discriminatedUnion("type", [
  authSchema,
  subscribeSchema,
  unsubscribeSchema,
  sayPresenceSchema,
  pingSchema,
]);
export type Up = z.infer<typeof upSchema>;
