import { z } from "zod";
import { userIdSchema } from "./ids.ts";
import { teamWithRoleSchema } from "./teams.ts";
import { line } from "./text.ts";

export const personNameSchema = line(1, 120);

export const userSchema = z
  .object({
    id: userIdSchema,
    name: z.string(),
    email: z.string(),
    image: z.string().nullable(),
  })
  .meta({ id: "User" });
export type User = z.infer<typeof userSchema>;

export const meSchema = z.object({ user: userSchema, teams: z.array(teamWithRoleSchema) }).meta({ id: "Me" });
export type Me = z.infer<typeof meSchema>;

export const updateMeSchema = z.strictObject({ name: personNameSchema }).meta({ id: "UpdateMe" });
export type UpdateMe = z.infer<typeof updateMeSchema>;
