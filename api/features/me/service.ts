import { type Executor, readSnapshot } from "../../../platform/db/db.ts";
import { lockHead } from "../../../platform/events/append.ts";
import type { Committed } from "../../../platform/events/relay.ts";
import type { TeamId, UserId } from "../../../shared/ids.ts";
import { members } from "../../../shared/members.ts";
import type { Me, UpdateMe, User } from "../../../shared/users.ts";
import { roleIn } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import { append, eventOf } from "../../command.ts";
import type { ServiceDeps } from "../../deps.ts";
import type { Scope } from "../../scope.ts";
import { memberAt } from "../members/service.ts";
import { teamsOf } from "../teams/service.ts";

const findUser = async (tx: Executor, userId: UserId): Promise<User | null> =>
  (await tx.selectFrom("users").select(["id", "name", "email", "image"]).where("id", "=", userId).executeTakeFirst()) ??
  null;

export const getMe = (deps: ServiceDeps, scope: Scope): Promise<Me> =>
  readSnapshot(deps.db, async (tx) => {
    const user = await findUser(tx, scope.userId);
    if (user === null) throw notFound();
    return { user, teams: await teamsOf(tx, scope.userId) };
  });

/** Renames the person, with a `MEMBER_UPDATED` in each of the person's teams, in one transaction. */
export const updateMe = async (deps: ServiceDeps, scope: Scope, input: UpdateMe): Promise<User> => {
  const { user, committed } = await deps.db.change(async (tx) => {
    const before = await findUser(tx, scope.userId);
    if (before === null) throw notFound();
    if (before.name === input.name) return { user: before, committed: [] };
    const at = new Date(deps.clock.now()).toISOString();
    await tx.updateTable("users").set({ name: input.name, updatedAt: at }).where("id", "=", scope.userId).execute();
    const teams = await teamsOf(tx, scope.userId);
    const committed: (Committed & { readonly teamId: TeamId })[] = [];
    // In the order of ids, so that two renames that lock the same teams cannot deadlock.
    for (const teamId of teams.map((team) => team.id).sort()) {
      const head = await lockHead(deps.db.dialect, tx, teamId);
      // The team may have been deleted, or the person removed, since the teams were read.
      if (head === null || (await roleIn(tx, teamId, scope.userId)) === null) continue;
      const member = await memberAt(tx, teamId, scope.userId, head.seq + 1);
      const entries = await append(tx, scope, teamId, head, at, [eventOf(members, "UPDATED", member)]);
      committed.push({ teamId, epoch: head.epoch, entries });
    }
    return { user: { ...before, name: input.name }, committed };
  });
  for (const each of committed) deps.relay.nudge(each.teamId, each);
  return user;
};
