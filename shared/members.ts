import { z } from "zod";
import { defineEntity } from "./entities/define-entity.ts";
import { teamIdSchema, userIdSchema } from "./ids.ts";
import { seqSchema } from "./protocol/position.ts";
import { roleSchema } from "./role.ts";
import { timestampSchema } from "./time.ts";

export const memberSchema = z
  .object({
    userId: userIdSchema,
    teamId: teamIdSchema,
    name: z.string(),
    email: z.string(),
    image: z.string().nullable(),
    role: roleSchema,
    joinedAt: timestampSchema,
    version: seqSchema,
  })
  .meta({ id: "Member" });
export type Member = z.infer<typeof memberSchema>;

export const updateMemberSchema = z.strictObject({ role: roleSchema.optional() }).meta({ id: "UpdateMember" });
export type UpdateMember = z.infer<typeof updateMemberSchema>;

export const members = defineEntity({
  kind: "member",
  plural: "members",
  verbs: ["CREATED", "UPDATED", "DELETED"],
  schema: memberSchema,
  key: "userId",
  scope: { team: "teamId" },
  read: "viewer",
  write: "admin",
  title: "name",
});
