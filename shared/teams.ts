import { z } from "zod";
import { defineEntity } from "./entities/define-entity.ts";
import { teamIdSchema } from "./ids.ts";
import { seqSchema } from "./protocol/position.ts";
import { roleSchema } from "./role.ts";
import { line } from "./text.ts";
import { timestampSchema } from "./time.ts";

/** A team as events show it: nothing in it depends on the reader. */
export const teamSchema = z
  .object({
    id: teamIdSchema,
    name: z.string(),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
    version: seqSchema,
  })
  .meta({ id: "TeamFacts" });
export type Team = z.infer<typeof teamSchema>;

/** A team as its reader sees it, with the reader's own role. */
export const teamWithRoleSchema = teamSchema.extend({ role: roleSchema }).meta({ id: "Team" });
export type TeamWithRole = z.infer<typeof teamWithRoleSchema>;

const teamNameSchema = line(1, 120);
export const createTeamSchema = z.strictObject({ name: teamNameSchema }).meta({ id: "CreateTeam" });
export const updateTeamSchema = createTeamSchema.partial().meta({ id: "UpdateTeam" });
export type CreateTeam = z.infer<typeof createTeamSchema>;
export type UpdateTeam = z.infer<typeof updateTeamSchema>;

export const teams = defineEntity({
  kind: "team",
  plural: "teams",
  verbs: ["CREATED", "UPDATED", "DELETED"],
  schema: teamSchema,
  scope: {},
  read: "viewer",
  write: "admin",
  title: "name",
});
