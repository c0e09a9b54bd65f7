import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { Role } from "../../../shared/role.ts";
import type { Team, TeamWithRole } from "../../../shared/teams.ts";

type TeamRow = { id: string; name: string; created_at: string; updated_at: string; version: number };

const toTeam = (row: TeamRow): Team =>
  ({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  }) as Team;

export const findTeam = async (tx: Executor, teamId: string): Promise<Team | null> => {
  const row = await tx.selectFrom("teams").selectAll().where("id", "=", teamId).executeTakeFirst();
  return row === undefined ? null : toTeam(row);
};

/** The teams of a user with the user's role, oldest first; all of them without `page`. */
export const listTeamsOf = async (
  tx: Executor,
  userId: string,
  page?: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<TeamWithRole[]> => {
  let query = tx
    .selectFrom("teams")
    .innerJoin("members", "members.team_id", "teams.id")
    .select(["teams.id", "teams.name", "teams.created_at", "teams.updated_at", "teams.version", "members.role"])
    .where("members.user_id", "=", userId)
    .orderBy("teams.created_at")
    .orderBy("teams.id");
  if (page?.after) {
    query = query.where(sql<boolean>`(teams.created_at, teams.id) > (${page.after[0]}, ${page.after[1]})`);
  }
  if (page !== undefined) query = query.limit(page.limit + 1);
  return (await query.execute()).map((row) => ({ ...toTeam(row), role: row.role as Role }));
};

export const insertTeam = async (tx: Executor, team: Team): Promise<void> => {
  await tx
    .insertInto("teams")
    .values({
      id: team.id,
      name: team.name,
      created_at: team.createdAt,
      updated_at: team.updatedAt,
      version: team.version,
    })
    .execute();
};

export const updateTeamRow = async (tx: Executor, team: Team): Promise<void> => {
  await tx
    .updateTable("teams")
    .set({ name: team.name, updated_at: team.updatedAt, version: team.version })
    .where("id", "=", team.id)
    .execute();
};

export const deleteTeamRow = async (tx: Executor, teamId: string): Promise<void> => {
  await tx.deleteFrom("teams").where("id", "=", teamId).execute();
};
