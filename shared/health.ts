import { z } from "zod";
import { timestampSchema } from "./time.ts";

export const healthStatusSchema = z.enum(["ok", "degraded", "down"]);
export type HealthStatus = z.infer<typeof healthStatusSchema>;

export const healthSchema = z
  .object({
    status: healthStatusSchema,
    version: z.string(),
    uptimeSeconds: z.number(),
    checks: z.record(z.string(), z.object({ status: healthStatusSchema, detail: z.string().optional() })),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof healthSchema>;

export const pubSubHealthSchema = z
  .object({
    status: healthStatusSchema,
    provider: z.enum(["local", "redis", "postgres"]),
    healthy: z.boolean(),
    stats: z.object({ channels: z.int(), patterns: z.int() }),
    subscriptions: z.object({ local: z.int(), remote: z.int() }),
    timestamp: timestampSchema,
  })
  .meta({ id: "PubSubHealth" });
export type PubSubHealth = z.infer<typeof pubSubHealthSchema>;
