import { z } from "zod";
import { sequencedMessageSchema, tenantIdSchema, unsequencedMessageSchema } from "./message.ts";
import { epochSchema, positionSchema, seqSchema } from "./position.ts";
import { presenceDataSchema } from "./up.ts";

/** The token was accepted. `expiresAt` is when the token ends. */
export const readySchema = z
  .object({
    type: z.literal("ready"),
    connectionId: z.string(),
    userId: z.string(),
    heartbeatSeconds: z.number().positive(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "Ready" });

/** Joined at the head `seq`; `recovered` tells whether everything after `since` follows. */
export const subscribedSchema = z
  .object({
    type: z.literal("subscribed"),
    tenantId: tenantIdSchema,
    epoch: epochSchema,
    seq: seqSchema,
    recovered: z.boolean(),
  })
  .meta({ id: "Subscribed" });

export const UNSUBSCRIBED_REASONS = ["requested", "revoked", "expired", "deleted"] as const;
export const unsubscribedSchema = z
  .object({ type: z.literal("unsubscribed"), tenantId: tenantIdSchema, reason: z.enum(UNSUBSCRIBED_REASONS) })
  .meta({ id: "Unsubscribed" });
export type UnsubscribedReason = (typeof UNSUBSCRIBED_REASONS)[number];

const headsSchema = z.record(z.string(), positionSchema);

/** All events up to these heads were sent on this socket before. */
export const heartbeatSchema = z.object({ type: z.literal("heartbeat"), heads: headsSchema }).meta({ id: "Heartbeat" });

export const presenceEntrySchema = z
  .object({
    connectionId: z.string(),
    userId: z.string(),
    name: z.string(),
    data: presenceDataSchema,
  })
  .meta({ id: "PresenceEntry" });
export type PresenceEntry = z.infer<typeof presenceEntrySchema>;

/** `full` on joining, then changes; `data: null` means gone. */
export const presenceSchema = z
  .object({
    type: z.literal("presence"),
    tenantId: tenantIdSchema,
    full: z.boolean(),
    entries: z.array(presenceEntrySchema),
  })
  .meta({ id: "Presence" });

export const pongSchema = z.object({ type: z.literal("pong") }).meta({ id: "Pong" });

export const SOCKET_ERROR_CODES = [
  "FORBIDDEN",
  "UNAVAILABLE",
  "UNKNOWN_TYPE",
  "NOT_JOINED",
  "TOO_MANY_SUBSCRIPTIONS",
  "INVALID",
] as const;
export type SocketErrorCode = (typeof SOCKET_ERROR_CODES)[number];

/** A request failed; the socket lives. */
export const errorSchema = z
  .object({
    type: z.literal("error"),
    code: z.enum(SOCKET_ERROR_CODES),
    message: z.string(),
    tenantId: tenantIdSchema.optional(),
  })
  .meta({ id: "SocketError" });

export const downSchema = z.union([
  readySchema,
  subscribedSchema,
  sequencedMessageSchema,
  unsequencedMessageSchema,
  unsubscribedSchema,
  heartbeatSchema,
  presenceSchema,
  pongSchema,
  errorSchema,
]);
export type Down = z.infer<typeof downSchema>;
