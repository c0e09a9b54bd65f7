import { z } from "zod";

/** From least to most; each role can do all that the ones before it can. */
export const ROLES = ["viewer", "member", "admin", "owner"] as const;
export const roleSchema = z.enum(ROLES).meta({ id: "Role" });
export type Role = z.infer<typeof roleSchema>;

export const roleAtLeast = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);
