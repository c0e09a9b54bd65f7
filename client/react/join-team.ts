import type { RealtimeClient } from "../realtime/realtime-client.ts";
import type { SyncEngine } from "../sync/sync-engine.ts";

/** A slower read is not waited for: to join without a position costs one more read. */
const WAIT_FOR_SNAPSHOT_MS = 10_000;

/**
 * Joins the team's channel until the returned undo is called; its events keep the team's snapshots current. Waits for a
 * first snapshot that is being read, so that the channel begins at its position.
 */
export const joinTeam = (client: RealtimeClient, engine: SyncEngine, teamId: string): (() => void) => {
  const { queryClient, clock } = engine;
  const leave = client.join(teamId, { waitForSnapshot: true });
  const join = () => client.joinWithoutSnapshot(teamId);
  const joinUnlessReading = () => {
    if (client.subscription(teamId).kind === "unsubscribed" && !engine.isReading(teamId)) join();
  };
  // The components that show the team begin their reads in this same commit.
  const cancelFirst = clock.after(0, joinUnlessReading);
  const cancelLast = clock.after(WAIT_FOR_SNAPSHOT_MS, join);
  const unsubscribe = queryClient.getQueryCache().subscribe((event) => {
    const isEnd = event.type === "updated" && (event.action.type === "success" || event.action.type === "error");
    if (isEnd) joinUnlessReading();
  });
  return () => {
    cancelFirst();
    cancelLast();
    unsubscribe();
    leave();
  };
};
