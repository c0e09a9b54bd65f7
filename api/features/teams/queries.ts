import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { TeamId, UserId } from "../../../shared/ids.ts";
import type { Team, TeamWithRole } from "../../../shared/teams.ts";
import type { PageRange } from "../../paging.ts";

const TEAM = [
  "teams.id",
  "teams.name",
  "teams.created_at as createdAt",
  "teams.updated_at as updatedAt",
  "teams.version",
] as const;

export const findTeam = async (tx: Executor, teamId: TeamId): Promise<Team | null> =>
  (await tx.selectFrom("teams").select(TEAM).where("id", "=", teamId).executeTakeFirst()) ?? null;

/** The teams of a user with the user's role, oldest first; all of them without `range`. */
export const listTeamsOf = (tx: Executor, userId: UserId, range?: PageRange): Promise<TeamWithRole[]> => {
  let query = tx
    .selectFrom("teams")
    .innerJoin("members", "members.team_id", "teams.id")
    .select([...TEAM, "members.role"])
    .where("members.user_id", "=", userId)
    .orderBy("teams.created_at")
    .orderBy("teams.id");
  if (range?.after) {
    query = query.where(sql<boolean>`(teams.created_at, teams.id) > (${range.after[0]}, ${range.after[1]})`);
  }
  if (range !== undefined) query = query.limit(range.limit + 1);
  return query.execute();
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

export const deleteTeamRow = async (tx: Executor, teamId: TeamId): Promise<void> => {
  await tx.deleteFrom("teams").where("id", "=", teamId).execute();
};
