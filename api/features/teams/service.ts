import { type Executor, readSnapshot } from "../../../platform/db/db.ts";
import { createHead } from "../../../platform/events/append.ts";
import { given } from "../../../shared/entities/define-entity.ts";
import { type TeamId, teamIdSchema, type UserId } from "../../../shared/ids.ts";
import { members } from "../../../shared/members.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { formatPosition } from "../../../shared/protocol/position.ts";
import { type CreateTeam, type Team, type TeamWithRole, teams, type UpdateTeam } from "../../../shared/teams.ts";
import { roleIn } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import { append, eventOf, finishCommand, type Outcome, runCommand } from "../../command.ts";
import type { ServiceDeps } from "../../deps.ts";
import { repeatedReply, storedReply, storeReply } from "../../idempotency.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { differs, requireVersion, stamped } from "../../versions.ts";
import { addMember, holdName } from "../members/service.ts";
import { listTeamsOf, teamTable } from "./queries.ts";

export const teamsOf = (tx: Executor, userId: UserId): Promise<TeamWithRole[]> => listTeamsOf(tx, userId);

const teamOr404 = async (tx: Executor, teamId: TeamId): Promise<Team> => {
  const team = await teamTable.find(tx, teamId);
  if (team === null) throw notFound();
  return team;
};

export const listTeams = (deps: ServiceDeps, scope: Scope, query: PageQuery): Promise<Page<TeamWithRole>> =>
  readSnapshot(deps.db, async (tx) => {
    const after = decodeCursor(query.cursor, 2);
    const teams = await listTeamsOf(tx, scope.userId, { after, limit: query.limit });
    return toPage(teams, query.limit, (team) => [team.createdAt, team.id]);
  });

/** Creates a team with its log and its first owner, the actor. */
export const createTeam = async (deps: ServiceDeps, scope: Scope, input: CreateTeam): Promise<Reply<TeamWithRole>> => {
  const outcome = await deps.db.change(async (tx): Promise<Outcome<TeamWithRole>> => {
    const stored = await storedReply(tx, scope);
    if (stored !== null) {
      const again = repeatedReply<TeamWithRole>(scope, stored);
      if ((await roleIn(tx, again.reply.body.id, scope.userId)) === null) throw notFound();
      return again;
    }
    await holdName(deps.db.dialect, tx, scope.userId);
    const at = new Date(deps.clock.now()).toISOString();
    const tenantId = teamIdSchema.parse(deps.newId());
    const head = await createHead(tx, tenantId, deps.newId(), at);
    const team: Team = { id: tenantId, name: input.name, createdAt: at, updatedAt: at, version: head.seq + 1 };
    await teamTable.insert(tx, [team]);
    const owner = await addMember(tx, {
      teamId: tenantId,
      userId: scope.userId,
      role: "owner",
      at,
      version: head.seq + 2,
    });
    const entries = await append(tx, scope, tenantId, head, at, [
      eventOf(teams, "CREATED", team),
      eventOf(members, "CREATED", owner),
    ]);
    const reply: Reply<TeamWithRole> = {
      status: 201,
      body: { ...team, role: "owner" },
      position: formatPosition({ epoch: head.epoch, seq: head.seq + entries.length }),
    };
    await storeReply(tx, scope, tenantId, reply, at);
    return { kind: "committed", reply, tenantId, epoch: head.epoch, entries };
  });
  return finishCommand(deps, outcome);
};

export const getTeam = (deps: ServiceDeps, scope: Scope, teamId: TeamId): Promise<Reply<TeamWithRole>> =>
  runRead(deps, scope, {
    right: "teams.read",
    tenantOf: async () => teamId,
    run: async ({ tx, role }) => ({ ...(await teamOr404(tx, teamId)), role }),
  });

export const updateTeam = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  input: UpdateTeam,
): Promise<Reply<TeamWithRole>> =>
  runCommand(deps, scope, {
    right: "teams.write",
    tenantOf: async () => teamId,
    run: async (context) => {
      const before = await teamOr404(context.tx, teamId);
      requireVersion(scope, before.version);
      const after: Team = stamped({ ...before, ...given(input) }, context);
      if (!differs(before, after)) return { body: { ...before, role: context.role } };
      await teamTable.update(context.tx, after);
      context.emit(teams, "UPDATED", after);
      return { body: { ...after, role: context.role } };
    },
  });

/** Deletes a team with everything in it. Its log outlives it until retention ends. */
export const deleteTeam = (deps: ServiceDeps, scope: Scope, teamId: TeamId): Promise<Reply<TeamWithRole>> =>
  runCommand(deps, scope, {
    right: "teams.delete",
    tenantOf: async () => teamId,
    endsAccess: true,
    run: async (context) => {
      const team = await teamOr404(context.tx, teamId);
      requireVersion(scope, team.version);
      await teamTable.remove(context.tx, teamId);
      context.emit(teams, "DELETED", team);
      return { body: { ...team, role: context.role } };
    },
  });
