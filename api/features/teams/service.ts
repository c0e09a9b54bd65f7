import { type Executor, readSnapshot } from "../../../platform/db/db.ts";
import { createHead } from "../../../platform/events/append.ts";
import type { TeamId } from "../../../shared/ids.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { formatPosition } from "../../../shared/protocol/position.ts";
import type { CreateTeam, Team, TeamWithRole, UpdateTeam } from "../../../shared/teams.ts";
import { notFound } from "../../app-error.ts";
import { differs, sent } from "../../changes.ts";
import {
  append,
  type Reply,
  replay,
  requireVersion,
  roleIn,
  runCommand,
  runRead,
  storedReply,
  storeReply,
} from "../../command.ts";
import type { ServiceDeps } from "../../deps.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import type { Scope } from "../../scope.ts";
import { addMember, holdName } from "../members/service.ts";
import { deleteTeamRow, findTeam, insertTeam, listTeamsOf, updateTeamRow } from "./queries.ts";

export const teamsOf = (tx: Executor, userId: string): Promise<TeamWithRole[]> => listTeamsOf(tx, userId);

const teamOr404 = async (tx: Executor, teamId: string): Promise<Team> => {
  const team = await findTeam(tx, teamId);
  if (team === null) throw notFound();
  return team;
};

export const listTeams = (deps: ServiceDeps, scope: Scope, query: PageQuery): Promise<Page<TeamWithRole>> =>
  readSnapshot(deps.db, async (tx) => {
    const after = decodeCursor(query.cursor, 2);
    const teams = await listTeamsOf(tx, scope.userId, { after, limit: query.limit });
    return toPage(teams, query.limit, (team) => [team.createdAt, team.id]);
  });

/** Makes a team with its log; who makes it is its owner. */
export const createTeam = async (deps: ServiceDeps, scope: Scope, input: CreateTeam): Promise<Reply<TeamWithRole>> => {
  const committed = await deps.db.change(async (tx) => {
    const stored = await storedReply(tx, scope);
    if (stored !== null) {
      const again = replay<TeamWithRole>(scope, stored);
      if ((await roleIn(tx, again.reply.body.id, scope.userId)) === null) throw notFound();
      return again;
    }
    await holdName(deps.db.dialect, tx, scope.userId);
    const at = new Date(deps.clock.now()).toISOString();
    const tenantId = deps.newId() as TeamId;
    const head = await createHead(tx, tenantId, deps.newId(), at);
    const team: Team = { id: tenantId, name: input.name, createdAt: at, updatedAt: at, version: head.seq + 1 };
    await insertTeam(tx, team);
    const owner = await addMember(tx, {
      teamId: tenantId,
      userId: scope.userId,
      role: "owner",
      at,
      version: head.seq + 2,
    });
    const entries = await append(tx, scope, tenantId, head, at, [
      { action: "TEAM_CREATED", data: team },
      { action: "MEMBER_CREATED", data: owner },
    ]);
    const reply: Reply<TeamWithRole> = {
      status: 201,
      body: { ...team, role: "owner" },
      position: formatPosition({ epoch: head.epoch, seq: head.seq + entries.length }),
    };
    await storeReply(tx, scope, tenantId, reply, at);
    return { reply, tenantId, epoch: head.epoch, entries };
  });
  deps.relay.nudge(committed.tenantId, committed);
  return committed.reply;
};

export const getTeam = (deps: ServiceDeps, scope: Scope, teamId: TeamId): Promise<Reply<TeamWithRole>> =>
  runRead(deps, scope, {
    right: "team.read",
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
    right: "team.update",
    tenantOf: async () => teamId,
    run: async (change) => {
      const before = await teamOr404(change.tx, teamId);
      requireVersion(scope, before.version);
      const after: Team = { ...before, ...sent(input), updatedAt: change.at, version: change.nextVersion() };
      if (!differs(before, after)) return { body: { ...before, role: change.role } };
      await updateTeamRow(change.tx, after);
      change.emit("TEAM_UPDATED", after);
      return { body: { ...after, role: change.role } };
    },
  });

/** Deletes a team with all that is in it. Its log outlives it until retention ends. */
export const deleteTeam = (deps: ServiceDeps, scope: Scope, teamId: TeamId): Promise<Reply<TeamWithRole>> =>
  runCommand(deps, scope, {
    right: "team.delete",
    tenantOf: async () => teamId,
    endsAccess: true,
    run: async (change) => {
      const team = await teamOr404(change.tx, teamId);
      requireVersion(scope, team.version);
      await deleteTeamRow(change.tx, teamId);
      change.emit("TEAM_DELETED", team);
      return { body: { ...team, role: change.role } };
    },
  });
