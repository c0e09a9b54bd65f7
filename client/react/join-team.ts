import { keys } from "../../web/src/app/query-keys.ts";
import type { RealtimeClient } from "../realtime/realtime-client.ts";
import type { Runtime } from "../sync/sync-engine.ts";

/** A read that takes longer than this is not waited for: being live without a position costs one more read. */
const WAIT_FOR_STATE_MS = 10_000;

/**
 * Joins the team's channel until the returned undo is called; its events keep the team's cached state in step.
 * A first state that is being read is waited for, so that the channel begins where it stands.
 */
export const joinTeam = (client: RealtimeClient, runtime: Runtime, teamId: string): (() => void) => {
  const { queryClient, clock } = runtime;
  const leave = client.join(teamId, { waitForSnapshot: true });
  const isReading = () =>
    queryClient.isFetching({
      predicate: ({ queryKey, state }) =>
        queryKey[1] === teamId || (queryKey[0] === keys.board("")[0] && state.data === undefined),
    }) > 0;
  const proceed = () => client.joinWithoutSnapshot(teamId);
  const settle = () => {
    if (client.subscription(teamId).kind === "unsubscribed" && !isReading()) proceed();
  };
  // The reads of whoever shows the team begin in this same commit.
  const cancelFirst = clock.after(0, settle);
  const cancelLast = clock.after(WAIT_FOR_STATE_MS, proceed);
  const deafen = queryClient.getQueryCache().subscribe((event) => {
    const isEnd = event.type === "updated" && (event.action.type === "success" || event.action.type === "error");
    if (isEnd) settle();
  });
  return () => {
    cancelFirst();
    cancelLast();
    deafen();
    leave();
  };
};
