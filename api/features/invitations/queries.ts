import { sql } from "kysely";
import type { Executor } from "../../../platform/db/db.ts";
import type { InvitationsTable } from "../../../platform/db/schema.ts";

export const findInvitation = async (tx: Executor, id: string): Promise<InvitationsTable | null> =>
  (await tx.selectFrom("invitations").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;

/** The invitations of a team that can still be accepted, oldest first. */
export const listOpenInvitations = (
  tx: Executor,
  teamId: string,
  now: string,
  page: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<InvitationsTable[]> => {
  let query = tx
    .selectFrom("invitations")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("accepted_at", "is", null)
    .where("expires_at", ">", now)
    .orderBy("created_at")
    .orderBy("id")
    .limit(page.limit + 1);
  if (page.after) query = query.where(sql<boolean>`(created_at, id) > (${page.after[0]}, ${page.after[1]})`);
  return query.execute();
};

export const insertInvitation = async (tx: Executor, row: InvitationsTable): Promise<void> => {
  await tx.insertInto("invitations").values(row).execute();
};

export const markAccepted = async (tx: Executor, id: string, at: string): Promise<void> => {
  await tx.updateTable("invitations").set({ accepted_at: at }).where("id", "=", id).execute();
};

export const deleteInvitationRow = async (tx: Executor, id: string): Promise<void> => {
  await tx.deleteFrom("invitations").where("id", "=", id).execute();
};

export const findInviter = async (tx: Executor, userId: string): Promise<string> =>
  (await tx.selectFrom("users").select("name").where("id", "=", userId).executeTakeFirst())?.name ?? "";

/** Whether someone may sign up by an invitation: this one, or any to this email address. */
export const isInvited = async (
  tx: Executor,
  now: string,
  by: { readonly id: string | null; readonly email: string },
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
