import type { Role } from "../shared/role.ts";

/**
 * The least role for each thing that can be done in a team. Services name the right they need; nothing else decides.
 * A stranger, who has no role, gets the same 404 as for what is not there.
 */
export const RIGHTS = {
  "team.read": "viewer",
  "team.update": "admin",
  "team.delete": "owner",
  "members.read": "viewer",
  "members.leave": "viewer",
  "members.manage": "admin",
  "invitations.read": "admin",
  "invitations.create": "admin",
  "invitations.delete": "admin",
  "boards.read": "viewer",
  "boards.write": "member",
  "columns.read": "viewer",
  "columns.write": "member",
  "labels.read": "viewer",
  "labels.write": "member",
  "tasks.read": "viewer",
  "tasks.write": "member",
  "imports.read": "viewer",
  "imports.create": "member",
  "events.read": "viewer",
} as const satisfies Record<string, Role>;

export type Right = keyof typeof RIGHTS;
