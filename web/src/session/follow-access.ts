import type { DecodedEvent } from "../../../client/sync/decode-event.ts";
import type { SyncEngine } from "../../../client/sync/sync-engine.ts";
import { keys } from "./query-keys.ts";

/** Reads again what events of teams and members change beside the snapshots: my teams and roles, and invitations. */
export const followAccess = (events: readonly DecodedEvent[], engine: SyncEngine): void => {
  const userId = engine.me()?.user.id;
  for (const { effect } of events) {
    if (effect.type !== "entity" || (effect.kind !== "team" && effect.kind !== "member")) continue;
    const isMine = effect.kind === "member" && effect.id === userId;
    if (effect.kind === "team" || isMine) engine.refreshAccess();
    if (effect.kind !== "member") continue;
    const teamId = String(effect.entity["teamId"]);
    // A user who was no member for a while got 404 for everything, also for a deletion. A read tells what is there.
    if (isMine && effect.op === "put") engine.applier.refetch(teamId);
    void engine.queryClient.invalidateQueries({ queryKey: keys.invitations(teamId) });
  }
};
