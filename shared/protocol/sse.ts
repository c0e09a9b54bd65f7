import { z } from "zod";
import { timestampSchema } from "../time.ts";
import { UNSUBSCRIBED_REASONS } from "./down.ts";
import { tenantIdSchema } from "./message.ts";
import { epochSchema, positionSchema, seqSchema } from "./position.ts";

/** First on every stream; its `id` is the point that the stream resumes from. */
export const sseConnectedSchema = z
  .object({ epoch: epochSchema, seq: seqSchema, recovered: z.boolean() })
  .meta({ id: "SseConnected" });
export const sseHeartbeatSchema = positionSchema.meta({ id: "SseHeartbeat" });
export const sseUnsubscribedSchema = z.object({ reason: z.enum(UNSUBSCRIBED_REASONS) }).meta({ id: "SseUnsubscribed" });
export const sseJobCompletedSchema = z
  .object({
    job_type: z.string(),
    tenant_id: tenantIdSchema,
    status: z.enum(["completed", "failed"]),
    at: timestampSchema,
  })
  .meta({ id: "SseJobCompleted" });
