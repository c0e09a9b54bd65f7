import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { TeamId, UserId } from "../../../shared/ids.ts";
import type { Member } from "../../../shared/members.ts";
import type { PageRange } from "../../paging.ts";

type MemberKey = Pick<Member, "teamId" | "userId">;

const selectMembers = (tx: Executor) =>
  tx
    .selectFrom("members")
    .innerJoin("users", "users.id", "members.user_id")
    .select([
      "members.user_id as userId",
      "members.team_id as teamId",
      "users.name",
      "users.email",
      "users.image",
      "members.role",
      "members.joined_at as joinedAt",
      "members.version",
    ]);

export const findMember = async (tx: Executor, teamId: TeamId, userId: UserId): Promise<Member | null> =>
  (await selectMembers(tx)
    .where("members.team_id", "=", teamId)
    .where("members.user_id", "=", userId)
    .executeTakeFirst()) ?? null;

/** The members of a team, in the order in which they joined; all of them without `range`. */
export const listMembers = (tx: Executor, teamId: TeamId, range?: PageRange): Promise<Member[]> => {
  let query = selectMembers(tx)
    .where("members.team_id", "=", teamId)
    .orderBy("members.joined_at")
    .orderBy("members.user_id");
  if (range?.after) {
    query = query.where(sql<boolean>`(members.joined_at, members.user_id) > (${range.after[0]}, ${range.after[1]})`);
  }
  if (range !== undefined) query = query.limit(range.limit + 1);
  return query.execute();
};

/** Those of the users who are members of the team. */
export const membersAmong = async (
  tx: Executor,
  teamId: TeamId,
  userIds: readonly UserId[],
): Promise<ReadonlySet<UserId>> => {
  if (userIds.length === 0) return new Set();
  const rows = await tx
    .selectFrom("members")
    .select("user_id")
    .where("team_id", "=", teamId)
    .where("user_id", "in", [...userIds])
    .execute();
  return new Set(rows.map((row) => row.user_id));
};

export const lockUser = async (tx: Executor, userId: UserId): Promise<void> => {
  await tx.selectFrom("users").select("id").where("id", "=", userId).forShare().execute();
};

export const insertMember = async (
  tx: Executor,
  member: Pick<Member, "teamId" | "userId" | "role" | "joinedAt" | "version">,
): Promise<void> => {
  await tx
    .insertInto("members")
    .values({
      team_id: member.teamId,
      user_id: member.userId,
      role: member.role,
      joined_at: member.joinedAt,
      version: member.version,
    })
    .execute();
};

/** Changes the fields of a member that belong to the team; name, email and image belong to the account. */
export const updateMemberRow = async (
  tx: Executor,
  { teamId, userId }: MemberKey,
  fields: Partial<Pick<Member, "role" | "version">>,
): Promise<void> => {
  await tx.updateTable("members").set(fields).where("team_id", "=", teamId).where("user_id", "=", userId).execute();
};

export const deleteMember = async (tx: Executor, { teamId, userId }: MemberKey): Promise<void> => {
  await tx.deleteFrom("members").where("team_id", "=", teamId).where("user_id", "=", userId).execute();
};

export const countOwners = async (tx: Executor, teamId: TeamId): Promise<number> => {
  const row = await tx
    .selectFrom("members")
    .select((select) => select.fn.countAll<number>().as("owners"))
    .where("team_id", "=", teamId)
    .where("role", "=", "owner")
    .executeTakeFirstOrThrow();
  return Number(row.owners);
};
