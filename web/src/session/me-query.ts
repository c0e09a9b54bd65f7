import { queryOptions } from "@tanstack/react-query";
import { ApiProblem } from "../../../client/browser/api-client.ts";
import { mayBeSignedIn } from "../../../client/browser/session-hint.ts";
import { retryFailedIn } from "../../../client/react/use-snapshot.ts";
import { ME_KEY } from "../../../client/sync/signed-in.ts";
import type { SyncEngine } from "../../../client/sync/sync-engine.ts";
import { type Me, meSchema } from "../../../shared/users.ts";

/** Who is signed in; `null`: nobody. Stored data shows the last user until the server answers. */
export const meQuery = (engine: SyncEngine) =>
  queryOptions<Me | null>({
    queryKey: ME_KEY,
    // The outbox sends nothing before the server has confirmed who is signed in.
    refetchInterval: ({ state }) => retryFailedIn(state.error),
    queryFn: async ({ signal }) => {
      if (!mayBeSignedIn()) return null;
      void engine.persister.restoreMe();
      try {
        return (await engine.api.request({ method: "GET", path: "/me", schema: meSchema, signal })).data;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) return null;
        throw error;
      }
    },
  });

/** Who is signed in, as the page knows by now. */
export const meOf = (engine: SyncEngine): Me | null => engine.queryClient.getQueryData<Me | null>(ME_KEY) ?? null;
