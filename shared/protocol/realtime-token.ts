import { z } from "zod";
import { TOKEN_AUDIENCE } from "./limits.ts";
import { tenantIdSchema } from "./message.ts";
import { positionSchema } from "./position.ts";

/** The claims of a realtime token (a JWT, HS256). A tenant is `null` when its events come from another backend without a log. */
export const realtimeClaimsSchema = z.object({
  aud: z.literal(TOKEN_AUDIENCE),
  sub: z.string().min(1).max(128),
  sid: z.string().min(1).max(256),
  name: z.string().max(500),
  tenants: z.record(tenantIdSchema, positionSchema.nullable()),
  iat: z.number(),
  exp: z.number(),
});
export type RealtimeClaims = z.infer<typeof realtimeClaimsSchema>;

export const realtimeTokenSchema = z
  .object({ token: z.string(), expiresAt: z.iso.datetime(), url: z.string() })
  .meta({ id: "RealtimeToken" });
export type RealtimeToken = z.infer<typeof realtimeTokenSchema>;
