import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { InvitationsTable } from "../../../platform/db/schema.ts";
import type { InvitationId, TeamId, UserId } from "../../../shared/ids.ts";
import type { PageRange } from "../../paging.ts";

export const findInvitation = async (tx: Executor, id: InvitationId): Promise<InvitationsTable | null> =>
  (await tx.selectFrom("invitations").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;

/** The invitations of a team that can still be accepted, oldest first. */
export const listOpenInvitations = (
  tx: Executor,
  teamId: TeamId,
  now: string,
  range: PageRange,
): Promise<InvitationsTable[]> => {
  let query = tx
    .selectFrom("invitations")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("accepted_at", "is", null)
    .where("expires_at", ">", now)
    .orderBy("created_at")
    .orderBy("id")
    .limit(range.limit + 1);
  if (range.after) query = query.where(sql<boolean>`(created_at, id) > (${range.after[0]}, ${range.after[1]})`);
  return query.execute();
};

export const insertInvitation = async (tx: Executor, row: InvitationsTable): Promise<void> => {
  await tx.insertInto("invitations").values(row).execute();
};

export const markAccepted = async (tx: Executor, id: InvitationId, at: string): Promise<void> => {
  await tx.updateTable("invitations").set({ accepted_at: at }).where("id", "=", id).execute();
};

export const deleteInvitationRow = async (tx: Executor, id: InvitationId): Promise<void> => {
  await tx.deleteFrom("invitations").where("id", "=", id).execute();
};

export const findInviter = async (tx: Executor, userId: UserId): Promise<string> =>
  (await tx.selectFrom("users").select("name").where("id", "=", userId).executeTakeFirst())?.name ?? "";

/** Whether an open invitation lets someone sign up: the one with this id, or any to this email address. */
export const isInvited = async (
  tx: Executor,
  now: string,
  by: { readonly id: InvitationId | null; readonly email: string },
): Promise<boolean> => {
  const row = await tx
    .selectFrom("invitations")
    .select("id")
    .where("accepted_at", "is", null)
    .where("expires_at", ">", now)
    .where((where) =>
      where.or([
        where("email", "=", by.email.toLowerCase()),
        ...(by.id === null
          ? []
          : [
              where.and([
                where("id", "=", by.id),
                where.or([where("email", "is", null), where("email", "=", by.email.toLowerCase())]),
              ]),
            ]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
};
