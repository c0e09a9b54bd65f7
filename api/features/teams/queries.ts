import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { UserId } from "../../../shared/ids.ts";
import { type TeamWithRole, teams } from "../../../shared/teams.ts";
import { entityTable } from "../../crud/table.ts";
import type { PageRange } from "../../paging.ts";

export const teamTable = entityTable(teams);

/** The teams of a user with the user's role, oldest first; all of them without `range`. */
export const listTeamsOf = (tx: Executor, userId: UserId, range?: PageRange): Promise<TeamWithRole[]> => {
  let query = tx
    .selectFrom("teams")
    .innerJoin("members", "members.team_id", "teams.id")
    .select([
      "teams.id",
      "teams.name",
      "teams.created_at as createdAt",
      "teams.updated_at as updatedAt",
      "teams.version",
      "members.role",
    ])
    .where("members.user_id", "=", userId)
    .orderBy("teams.created_at")
    .orderBy("teams.id");
  if (range?.after) {
    query = query.where(sql<boolean>`(teams.created_at, teams.id) > (${range.after[0]}, ${range.after[1]})`);
  }
  if (range !== undefined) query = query.limit(range.limit + 1);
  return query.execute();
};
