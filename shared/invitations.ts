import { z } from "zod";
import { invitationIdSchema, teamIdSchema, userIdSchema } from "./ids.ts";
import { roleSchema } from "./role.ts";
import { timestampSchema } from "./time.ts";

export const invitationSchema = z
  .object({
    id: invitationIdSchema,
    teamId: teamIdSchema,
    role: roleSchema,
    email: z.string().nullable(),
    url: z.url(),
    createdBy: userIdSchema,
    expiresAt: timestampSchema,
  })
  .meta({ id: "Invitation" });
export type Invitation = z.infer<typeof invitationSchema>;

/** What anyone who holds the link may see before signing in. */
export const invitationPreviewSchema = z
  .object({
    teamName: z.string(),
    inviterName: z.string(),
    role: roleSchema,
    expiresAt: timestampSchema,
  })
  .meta({ id: "InvitationPreview" });
export type InvitationPreview = z.infer<typeof invitationPreviewSchema>;

export const createInvitationSchema = z
  .strictObject({ role: roleSchema, email: z.email().max(254).nullish() })
  .meta({ id: "CreateInvitation" });
export type CreateInvitation = z.infer<typeof createInvitationSchema>;
