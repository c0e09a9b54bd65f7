import { queryOptions } from "@tanstack/react-query";
import { ApiProblem, isTransient } from "../../../client/browser/api-client.ts";
import { mayBeSignedIn } from "../../../client/sync/storage/session-hint.ts";
import type { Runtime } from "../../../client/sync/sync-engine.ts";
import { meSchema } from "../../../shared/users.ts";
import { keys } from "./query-keys.ts";

const KEPT_MS = 10 * 60_000;

/** Views are made of the cache itself, with what is on its way over it: a query's observer only reads and fails. */
const ONLY_FATE = ["status", "error"] as const;

const FAILED_AGAIN_MS = 10_000;

/** After how many milliseconds a read that failed begins anew by itself: without end where only the network is in its way. */
export const readAgainIn = (error: Error | null): number | false =>
  error !== null && isTransient(error) ? FAILED_AGAIN_MS : false;

const whileFailing = ({ state }: { readonly state: { readonly error: Error | null } }) => readAgainIn(state.error);

const kept = ({ share, staleTime }: Runtime) => ({
  structuralSharing: share,
  staleTime,
  gcTime: KEPT_MS,
  refetchInterval: whileFailing,
  notifyOnChangeProps: [...ONLY_FATE],
});

export const boardQuery = (runtime: Runtime, boardId: string) =>
  queryOptions({
    queryKey: keys.board(boardId),
    queryFn: ({ signal }) => runtime.board(boardId, signal),
    ...kept(runtime),
  });

export const boardsQuery = (runtime: Runtime, teamId: string) =>
  queryOptions({
    queryKey: keys.boards(teamId),
    queryFn: ({ signal }) => runtime.boards(teamId, signal),
    ...kept(runtime),
  });

export const membersQuery = (runtime: Runtime, teamId: string) =>
  queryOptions({
    queryKey: keys.members(teamId),
    queryFn: ({ signal }) => runtime.members(teamId, signal),
    ...kept(runtime),
  });

/** `null` when nobody is signed in. */
export const meQuery = (runtime: Runtime) =>
  queryOptions({
    queryKey: keys.me,
    // Nothing is sent before it is certain who is here.
    refetchInterval: whileFailing,
    queryFn: async ({ signal }) => {
      if (!mayBeSignedIn()) return null;
      void runtime.keeper.restoreMe();
      try {
        return (await runtime.api.request({ method: "GET", path: "/me", schema: meSchema, signal })).data;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) return null;
        throw error;
      }
    },
  });
