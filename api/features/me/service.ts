import type { Executor } from "../../../platform/db/db.ts";
import { readSnapshot } from "../../../platform/db/db.ts";
import type { NewEvent } from "../../../platform/events/append.ts";
import { lockHead } from "../../../platform/events/append.ts";
import type { Committed } from "../../../platform/events/relay.ts";
import type { Me, UpdateMe, User } from "../../../shared/users.ts";
import { notFound } from "../../app-error.ts";
import { append, roleIn } from "../../command.ts";
import type { ServiceDeps } from "../../deps.ts";
import type { Scope } from "../../scope.ts";
import { memberAt } from "../members/service.ts";
import { teamsOf } from "../teams/service.ts";

export const findUser = async (tx: Executor, userId: string): Promise<User | null> =>
  ((await tx
    .selectFrom("users")
    .select(["id", "name", "email", "image"])
    .where("id", "=", userId)
    .executeTakeFirst()) as User | undefined) ?? null;

export const getMe = (deps: ServiceDeps, scope: Scope): Promise<Me> =>
  readSnapshot(deps.db, async (tx) => {
    const user = await findUser(tx, scope.userId);
    if (user === null) throw notFound();
    return { user, teams: await teamsOf(tx, scope.userId) };
  });

/** Renames the person; each of the person's teams hears of it in the same transaction. */
export const updateMe = async (deps: ServiceDeps, scope: Scope, input: UpdateMe): Promise<User> => {
  const { user, committed } = await deps.db.change(async (tx) => {
    const before = await findUser(tx, scope.userId);
    if (before === null) throw notFound();
    if (before.name === input.name) return { user: before, committed: [] };
    const at = new Date(deps.clock.now()).toISOString();
    await tx.updateTable("users").set({ name: input.name, updatedAt: at }).where("id", "=", scope.userId).execute();
    const teams = await teamsOf(tx, scope.userId);
    const committed: (Committed & { readonly teamId: string })[] = [];
    // In the order of ids: two renames that lock the same teams never wait for each other.
    for (const teamId of teams.map((team) => team.id).sort()) {
      const head = await lockHead(deps.db.dialect, tx, teamId);
      // Since the teams were read one may have been deleted, or have taken the person out.
      if (head === null || (await roleIn(tx, teamId, scope.userId)) === null) continue;
      const events: NewEvent[] = [
        { action: "MEMBER_UPDATED", data: await memberAt(tx, teamId, scope.userId, head.seq + 1) },
      ];
      committed.push({ teamId, epoch: head.epoch, entries: await append(tx, scope, teamId, head, at, events) });
    }
    return { user: { ...before, name: input.name }, committed };
  });
  for (const each of committed) deps.relay.nudge(each.teamId, each);
  return user;
};
