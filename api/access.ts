import { sql } from "kysely";
import type { Executor } from "../platform/db/db.ts";
import type { RegisteredEntity } from "../shared/entities/registry.ts";
import type { TeamId, UserId } from "../shared/ids.ts";
import { type Role, roleAtLeast } from "../shared/role.ts";
import { AppError, RateLimited } from "./app-error.ts";
import type { ServiceDeps } from "./deps.ts";
import { leastRole, type Right } from "./rights.ts";
import { tableName } from "./sql-names.ts";

/** A user's role in a team; `null` for a stranger. */
export const roleIn = async (tx: Executor, teamId: TeamId, userId: UserId): Promise<Role | null> => {
  const member = await tx
    .selectFrom("members")
    .select("role")
    .where("team_id", "=", teamId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return member?.role ?? null;
};

/** @throws AppError FORBIDDEN when the role is below the right's. */
export const requireRight = (role: Role, right: Right): void => {
  const least = leastRole(right);
  if (!roleAtLeast(role, least)) {
    throw new AppError("FORBIDDEN", `This needs the role ${least} or above; yours is ${role}`);
  }
};

/**
 * Takes a request from the tenant's budget, once though its transaction may be retried. Charge members alone: strangers
 * must neither use up a team's budget nor learn that the team exists.
 */
export const chargeOnce = ({ tenantBudget }: Pick<ServiceDeps, "tenantBudget">): ((tenantId: string) => void) => {
  let isCharged = false;
  return (tenantId) => {
    const exceeded = isCharged ? null : tenantBudget.take(tenantId);
    if (exceeded !== null) throw new RateLimited(exceeded, "The people of a team together");
    isCharged = true;
  };
};

/** The team that an entity belongs to; `null` when there is none with this id. */
export const teamOf = async (
  tx: Executor,
  source: RegisteredEntity["plural"] | "imports" | "invitations",
  id: string,
): Promise<TeamId | null> => {
  const { rows } = await sql<{
    team_id: TeamId;
  }>`select team_id from ${sql.table(tableName(source))} where id = ${id}`.execute(tx);
  return rows[0]?.team_id ?? null;
};
