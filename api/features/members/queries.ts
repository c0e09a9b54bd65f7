import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { Member } from "../../../shared/members.ts";

type MemberRow = {
  user_id: string;
  team_id: string;
  name: string;
  email: string;
  image: string | null;
  role: string;
  joined_at: string;
  version: number;
};

const toMember = (row: MemberRow): Member =>
  ({
    userId: row.user_id,
    teamId: row.team_id,
    name: row.name,
    email: row.email,
    image: row.image,
    role: row.role,
    joinedAt: row.joined_at,
    version: row.version,
  }) as Member;

const selectMembers = (tx: Executor) =>
  tx
    .selectFrom("members")
    .innerJoin("users", "users.id", "members.user_id")
    .select([
      "members.user_id",
      "members.team_id",
      "users.name",
      "users.email",
      "users.image",
      "members.role",
      "members.joined_at",
      "members.version",
    ]);

export const findMember = async (tx: Executor, teamId: string, userId: string): Promise<Member | null> => {
  const row = await selectMembers(tx)
    .where("members.team_id", "=", teamId)
    .where("members.user_id", "=", userId)
    .executeTakeFirst();
  return row === undefined ? null : toMember(row);
};

export const listMembers = async (
  tx: Executor,
  teamId: string,
  page?: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<Member[]> => {
  let query = selectMembers(tx)
    .where("members.team_id", "=", teamId)
    .orderBy("members.joined_at")
    .orderBy("members.user_id");
  if (page?.after) {
    query = query.where(sql<boolean>`(members.joined_at, members.user_id) > (${page.after[0]}, ${page.after[1]})`);
  }
  if (page !== undefined) query = query.limit(page.limit + 1);
  return (await query.execute()).map(toMember);
};

export const lockUser = async (tx: Executor, userId: string): Promise<void> => {
  await tx.selectFrom("users").select("id").where("id", "=", userId).forShare().execute();
};

export const insertMember = async (
  tx: Executor,
  member: { teamId: string; userId: string; role: string; joinedAt: string; version: number },
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

export const updateRole = async (
  tx: Executor,
  member: { teamId: string; userId: string; role: string; version: number },
): Promise<void> => {
  await tx
    .updateTable("members")
    .set({ role: member.role, version: member.version })
    .where("team_id", "=", member.teamId)
    .where("user_id", "=", member.userId)
    .execute();
};

export const setMemberVersion = async (
  tx: Executor,
  member: { teamId: string; userId: string; version: number },
): Promise<void> => {
  await tx
    .updateTable("members")
    .set({ version: member.version })
    .where("team_id", "=", member.teamId)
    .where("user_id", "=", member.userId)
    .execute();
};

export const deleteMember = async (tx: Executor, teamId: string, userId: string): Promise<void> => {
  await tx.deleteFrom("members").where("team_id", "=", teamId).where("user_id", "=", userId).execute();
};

export const countOwners = async (tx: Executor, teamId: string): Promise<number> => {
  const row = await tx
    .selectFrom("members")
    .select((select) => select.fn.countAll<number>().as("owners"))
    .where("team_id", "=", teamId)
    .where("role", "=", "owner")
    .executeTakeFirstOrThrow();
  return Number(row.owners);
};
