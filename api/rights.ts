import { ENTITIES, type RegisteredEntity } from "../shared/entities/registry.ts";
import type { Role } from "../shared/role.ts";

type EntityRight = `${RegisteredEntity["plural"]}.${"read" | "write"}`;

/** Rights that no definition of an entity names. */
const OTHERS = {
  "teams.delete": "owner",
  "members.leave": "viewer",
  "invitations.read": "admin",
  "invitations.create": "admin",
  "invitations.delete": "admin",
  "imports.read": "viewer",
  "imports.create": "member",
  "events.read": "viewer",
} as const satisfies Record<string, Role>;

export type Right = EntityRight | keyof typeof OTHERS;

const ofEntities = Object.values<RegisteredEntity>(ENTITIES).flatMap(({ plural, read, write }): [string, Role][] => [
  [`${plural}.read`, read],
  [`${plural}.write`, write],
]);
const LEAST_ROLES: ReadonlyMap<string, Role> = new Map([...ofEntities, ...Object.entries(OTHERS)]);

/**
 * The least role that has a right in a team. Services name the right they need; nothing else decides. A stranger, who
 * has no role, gets the same 404 as for an entity that does not exist.
 */
export const leastRole = (right: Right): Role => {
  const role = LEAST_ROLES.get(right);
  if (role === undefined) throw new Error(`no role has the right ${right}`);
  return role;
};
