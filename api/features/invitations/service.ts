import { type Executor, readSnapshot } from "../../../platform/db/db.ts";
import type { InvitationsTable } from "../../../platform/db/schema.ts";
import { lockHead } from "../../../platform/events/append.ts";
import { type InvitationId, invitationIdSchema, type TeamId } from "../../../shared/ids.ts";
import type { CreateInvitation, Invitation, InvitationPreview } from "../../../shared/invitations.ts";
import { type Member, members } from "../../../shared/members.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { formatPosition } from "../../../shared/protocol/position.ts";
import { roleAtLeast } from "../../../shared/role.ts";
import { teamOf } from "../../access.ts";
import { AppError, notFound } from "../../app-error.ts";
import { append, eventOf, finishCommand, type Outcome, runCommand } from "../../command.ts";
import type { ServiceDeps } from "../../deps.ts";
import { repeatedReply, storedReply, storeReply } from "../../idempotency.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { addMember, findTeamMember, holdName } from "../members/service.ts";
import {
  deleteInvitationRow,
  findInvitation,
  findInviter,
  insertInvitation,
  isInvited,
  listOpenInvitations,
  markAccepted,
} from "./queries.ts";

const VALID_MS = 7 * 24 * 60 * 60_000;

export type InvitationDeps = ServiceDeps & { readonly origins: { readonly baseUrl: string } };

const toInvitation = (deps: InvitationDeps, row: InvitationsTable): Invitation => ({
  id: row.id,
  teamId: row.team_id,
  role: row.role,
  email: row.email,
  url: `${deps.origins.baseUrl}/join/${row.id}`,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
});

export const listInvitations = (
  deps: InvitationDeps,
  scope: Scope,
  teamId: TeamId,
  query: PageQuery,
): Promise<Reply<Page<Invitation>>> =>
  runRead(deps, scope, {
    right: "invitations.read",
    tenantOf: async () => teamId,
    run: async ({ tx }) => {
      const now = new Date(deps.clock.now()).toISOString();
      const after = decodeCursor(query.cursor, 2);
      const rows = await listOpenInvitations(tx, teamId, now, { after, limit: query.limit });
      const page = toPage(rows, query.limit, (row) => [row.created_at, row.id]);
      return { items: page.items.map((row) => toInvitation(deps, row)), nextCursor: page.nextCursor };
    },
  });

export const createInvitation = (
  deps: InvitationDeps,
  scope: Scope,
  teamId: TeamId,
  input: CreateInvitation,
): Promise<Reply<Invitation>> =>
  runCommand(deps, scope, {
    right: "invitations.create",
    tenantOf: async () => teamId,
    run: async (context) => {
      if (!roleAtLeast(context.role, input.role)) {
        throw new AppError("FORBIDDEN", `You may invite up to your own role, ${context.role}`);
      }
      const row: InvitationsTable = {
        id: invitationIdSchema.parse(deps.newSecretId()),
        team_id: teamId,
        role: input.role,
        email: input.email?.toLowerCase() ?? null,
        created_by: scope.userId,
        created_at: context.at,
        expires_at: new Date(deps.clock.now() + VALID_MS).toISOString(),
        accepted_at: null,
      };
      await insertInvitation(context.tx, row);
      return { status: 201, body: toInvitation(deps, row) };
    },
  });

/** Shows an invitation to the holder of its link, who needs no session. */
export const previewInvitation = (deps: InvitationDeps, id: InvitationId): Promise<InvitationPreview> =>
  readSnapshot(deps.db, async (tx) => {
    const row = await openInvitation(deps, tx, id);
    const team = await tx.selectFrom("teams").select("name").where("id", "=", row.team_id).executeTakeFirst();
    if (team === undefined) throw notFound();
    return {
      teamName: team.name,
      inviterName: await findInviter(tx, row.created_by),
      role: row.role,
      expiresAt: row.expires_at,
    };
  });

export const deleteInvitation = (deps: InvitationDeps, scope: Scope, id: InvitationId): Promise<Reply<Invitation>> =>
  runCommand(deps, scope, {
    right: "invitations.delete",
    tenantOf: (tx) => teamOf(tx, "invitations", id),
    run: async ({ tx }) => {
      const row = await findInvitation(tx, id);
      if (row === null) throw notFound();
      await deleteInvitationRow(tx, id);
      return { body: toInvitation(deps, row) };
    },
  });

/** Makes the actor a member. The invitation is the right, since the actor has no role yet. */
export const acceptInvitation = async (
  deps: InvitationDeps,
  scope: Scope,
  id: InvitationId,
): Promise<Reply<Member>> => {
  const outcome = await deps.db.change(async (tx): Promise<Outcome<Member>> => {
    const stored = await storedReply(tx, scope);
    if (stored !== null) return repeatedReply(scope, stored);
    const known = await findInvitation(tx, id);
    if (known === null) throw notFound();
    const teamId = known.team_id;
    await holdName(deps.db.dialect, tx, scope.userId);
    const head = await lockHead(deps.db.dialect, tx, teamId);
    if (head === null) throw notFound();
    const row = await openInvitation(deps, tx, id);
    if (row.email !== null && row.email !== scope.email.toLowerCase()) {
      throw new AppError(
        "INVITATION_FOR_ANOTHER",
        "The invitation is for another email address than the one of your account",
      );
    }
    if ((await findTeamMember(tx, teamId, scope.userId)) !== null) {
      throw new AppError("ALREADY_MEMBER", "You are already a member of this team");
    }
    const at = new Date(deps.clock.now()).toISOString();
    await markAccepted(tx, id, at);
    const version = head.seq + 1;
    const member = await addMember(tx, { teamId, userId: scope.userId, role: row.role, at, version });
    const entries = await append(tx, scope, teamId, head, at, [eventOf(members, "CREATED", member)]);
    const position = formatPosition({ epoch: head.epoch, seq: head.seq + entries.length });
    const reply: Reply<Member> = { status: 200, body: member, position };
    await storeReply(tx, scope, null, reply, at);
    return { kind: "committed", reply, tenantId: teamId, epoch: head.epoch, entries };
  });
  return finishCommand(deps, outcome);
};

/** Whether somebody may sign up with `SIGN_UP=invited`: by an open invitation, or as the first account. */
export const maySignUp = (
  deps: InvitationDeps,
  by: { readonly id: InvitationId | null; readonly email: string },
): Promise<boolean> =>
  readSnapshot(deps.db, async (tx) => {
    if (await isInvited(tx, new Date(deps.clock.now()).toISOString(), by)) return true;
    return (await tx.selectFrom("users").select("id").limit(1).executeTakeFirst()) === undefined;
  });

const openInvitation = async (deps: InvitationDeps, tx: Executor, id: InvitationId): Promise<InvitationsTable> => {
  const row = await findInvitation(tx, id);
  if (row === null) throw notFound();
  if (row.accepted_at !== null) throw new AppError("GONE", "The invitation was used");
  if (row.expires_at <= new Date(deps.clock.now()).toISOString()) {
    throw new AppError("GONE", "The invitation has expired");
  }
  return row;
};
