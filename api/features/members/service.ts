import type { DialectName, Executor, Tx } from "../../../platform/db/db.ts";
import type { TeamId, UserId } from "../../../shared/ids.ts";
import { type Member, members, type UpdateMember } from "../../../shared/members.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { type Role, roleAtLeast } from "../../../shared/role.ts";
import { requireRight } from "../../access.ts";
import { AppError, notFound } from "../../app-error.ts";
import { type CommandContext, runCommand } from "../../command.ts";
import type { ServiceDeps } from "../../deps.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { requireVersion } from "../../versions.ts";
import { unassignEverywhere } from "../tasks/service.ts";
import {
  countOwners,
  deleteMember,
  findMember,
  insertMember,
  lockUser,
  listMembers as queryMembers,
  membersAmong as queryMembersAmong,
  updateMemberRow,
} from "./queries.ts";

/** Those of the users who are members of the team. */
export const membersAmong = queryMembersAmong;

export const membersOf = (tx: Executor, teamId: TeamId): Promise<Member[]> => queryMembers(tx, teamId);

/** Adds a member at a version, and returns it as events show it. */
export const addMember = async (
  tx: Executor,
  member: { teamId: TeamId; userId: UserId; role: Role; at: string; version: number },
): Promise<Member> => {
  await insertMember(tx, { ...member, joinedAt: member.at });
  return memberOr404(tx, member.teamId, member.userId);
};

/**
 * Keeps a user from being renamed until the transaction ends: a rename reaches the teams that it finds, and a team that
 * adds the user copies the name that it reads. Call it before locking a team's head, in the order in which a rename
 * locks. On SQLite the transaction holds the write lock already.
 */
export const holdName = async (dialect: DialectName, tx: Tx, userId: UserId): Promise<void> => {
  if (dialect === "postgres") await lockUser(tx, userId);
};

/** Sets a member's version after the user's name changed, and returns the member. */
export const memberAt = async (tx: Executor, teamId: TeamId, userId: UserId, version: number): Promise<Member> => {
  await updateMemberRow(tx, { teamId, userId }, { version });
  return memberOr404(tx, teamId, userId);
};

export const findTeamMember = findMember;

const memberOr404 = async (tx: Executor, teamId: TeamId, userId: UserId): Promise<Member> => {
  const member = await findMember(tx, teamId, userId);
  if (member === null) throw notFound();
  return member;
};

export const listMembers = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  query: PageQuery,
): Promise<Reply<Page<Member>>> =>
  runRead(deps, scope, {
    right: "members.read",
    tenantOf: async () => teamId,
    run: async ({ tx }) => {
      const after = decodeCursor(query.cursor, 2);
      const members = await queryMembers(tx, teamId, { after, limit: query.limit });
      return toPage(members, query.limit, (member) => [member.joinedAt, member.userId]);
    },
  });

export const updateMember = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  userId: UserId,
  input: UpdateMember,
): Promise<Reply<Member>> =>
  runCommand(deps, scope, {
    right: "members.write",
    tenantOf: async () => teamId,
    run: async (context) => {
      const before = await memberOr404(context.tx, teamId, userId);
      requireVersion(scope, before.version);
      const role = input.role ?? before.role;
      requireMayTouch(context, before.role);
      requireMayTouch(context, role);
      if (role === before.role) return { body: before };
      if (before.role === "owner") await requireAnotherOwner(context);
      await updateMemberRow(context.tx, before, { role, version: context.nextVersion() });
      const after = await memberOr404(context.tx, teamId, userId);
      context.emit(members, "UPDATED", after);
      return { body: after };
    },
  });

/** Removes a member; everyone may leave. Their tasks lose the assignment in the same transaction. */
export const removeMember = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  userId: UserId,
): Promise<Reply<Member>> => {
  const leaves = userId === scope.userId;
  return runCommand(deps, scope, {
    right: leaves ? "members.leave" : "members.write",
    tenantOf: async () => teamId,
    endsAccess: leaves,
    run: async (context) => {
      const member = await memberOr404(context.tx, teamId, userId);
      requireVersion(scope, member.version);
      if (!leaves) requireMayTouch(context, member.role);
      if (member.role === "owner") await requireAnotherOwner(context);
      await unassignEverywhere(context, userId);
      await deleteMember(context.tx, member);
      context.emit(members, "DELETED", member);
      return { body: member };
    },
  });
};

/** Refuses to manage a member of a higher role than the actor's, or to give one. */
const requireMayTouch = (context: CommandContext, role: Role): void => {
  requireRight(context.role, "members.write");
  if (!roleAtLeast(context.role, role)) {
    throw new AppError("FORBIDDEN", `Only an ${role} may do this with an ${role}; your role is ${context.role}`);
  }
};

const requireAnotherOwner = async (context: CommandContext): Promise<void> => {
  if ((await countOwners(context.tx, context.tenantId)) < 2) {
    throw new AppError("LAST_OWNER", "The last owner can't leave or step down; make another member an owner first");
  }
};
