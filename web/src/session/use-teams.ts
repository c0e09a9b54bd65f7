import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { z } from "zod";
import { collectPages } from "../../../client/browser/api-client.ts";
import { noteSignIn } from "../../../client/sync/storage/session-hint.ts";
import { stableList } from "../../../client/sync/views.ts";
import type { SignIn, SignUp } from "../../../shared/accounts.ts";
import type { Board } from "../../../shared/boards.ts";
import { type Invitation, invitationSchema } from "../../../shared/invitations.ts";
import type { Member } from "../../../shared/members.ts";
import { page } from "../../../shared/paging.ts";
import { compareRanked } from "../../../shared/rank.ts";
import type { TeamWithRole } from "../../../shared/teams.ts";
import type { Me } from "../../../shared/users.ts";
import { forgetDrafts } from "../lib/drafts.ts";
import { boardsQuery, membersQuery, meQuery } from "./queries.ts";
import { useRuntime } from "./query-client.ts";
import { keys } from "./query-keys.ts";
import { type TeamCalls, teamCalls } from "./team-api.ts";
import { useView } from "./use-view.ts";

const invitationPage = page(invitationSchema);

export type MeView =
  | { readonly status: "loading" }
  | { readonly status: "signed-in"; readonly me: Me }
  | { readonly status: "signed-out" }
  | { readonly status: "error"; readonly error: Error };

export type Listing<Item> = {
  readonly status: "loading" | "ready" | "error";
  readonly items: readonly Item[];
  readonly error?: Error;
  readonly refetch: () => void;
};

const listing = <Item>(items: readonly Item[] | null, error: Error | null, refetch: () => unknown): Listing<Item> => ({
  status: items !== null ? "ready" : error === null ? "loading" : "error",
  items: items ?? [],
  ...(error === null ? {} : { error }),
  refetch: () => void refetch(),
});

/** Who is signed in. */
export const useMe = (): MeView => {
  const { data, error } = useQuery(meQuery(useRuntime()));
  return useMemo(() => {
    if (data) return { status: "signed-in", me: data };
    if (data === null) return { status: "signed-out" };
    return error === null ? { status: "loading" } : { status: "error", error };
  }, [data, error]);
};

/** Reads `me` again, after a change of account that came from elsewhere. */
export const useRefreshMe = (): (() => Promise<void>) => {
  const runtime = useRuntime();
  return useCallback(() => runtime.queryClient.invalidateQueries({ queryKey: keys.me }), [runtime]);
};

/** The teams of the person signed in, with the own role in each. */
export const useTeams = (): Listing<TeamWithRole> => {
  const { data, error, refetch } = useQuery(meQuery(useRuntime()));
  return useMemo(
    () => listing(data === undefined ? null : (data?.teams ?? []), error, refetch),
    [data, error, refetch],
  );
};

/** The team's boards in order, archived ones included. */
export const useBoards = (teamId: string): Listing<Board> => {
  const { error, refetch } = useQuery(boardsQuery(useRuntime(), teamId));
  const items = useView<readonly Board[] | null>((runtime, before) => {
    const state = runtime.viewBoards(teamId);
    return state && stableList(before ?? undefined, [...state.items.values()].sort(compareRanked));
  });
  return useMemo(() => listing(items, error, refetch), [items, error, refetch]);
};

/** The team's members by name. */
export const useMembers = (teamId: string): Listing<Member> => {
  const { error, refetch } = useQuery(membersQuery(useRuntime(), teamId));
  const items = useView<readonly Member[] | null>((runtime, before) => {
    const state = runtime.viewMembers(teamId);
    return (
      state &&
      stableList(
        before ?? undefined,
        [...state.items.values()].sort((a, b) => a.name.localeCompare(b.name)),
      )
    );
  });
  return useMemo(() => listing(items, error, refetch), [items, error, refetch]);
};

/** Open invitations; no event tells of them. */
export const useInvitations = (teamId: string): Listing<Invitation> => {
  const { api } = useRuntime();
  const { data, error, refetch } = useQuery({
    queryKey: keys.invitations(teamId),
    queryFn: async ({ signal }) =>
      (await collectPages(api, { path: `/teams/${teamId}/invitations`, schema: invitationPage, signal })).items,
  });
  return useMemo(() => listing(data ?? null, error, refetch), [data, error, refetch]);
};

export type Account = {
  readonly signUp: (input: SignUp) => Promise<void>;
  readonly signIn: (input: SignIn) => Promise<void>;
  /** Ends the session and forgets everything cached and everything unsent. */
  readonly signOut: () => Promise<void>;
};

/** Each call throws `ApiProblem` or `NetworkFailure`. The functions keep their identity. */
export const useAccount = (): Account => {
  const runtime = useRuntime();
  return useMemo(() => {
    const post = async (path: string, body: object) => {
      await runtime.api.request({ method: "POST", path: `/auth${path}`, body, schema: z.unknown() });
    };
    const enter = async (path: string, body: object) => {
      await post(path, body);
      noteSignIn();
      await runtime.queryClient.invalidateQueries({ queryKey: keys.me });
      runtime.outbox.wake();
    };
    return {
      signUp: (input) => enter("/sign-up/email", input),
      signIn: (input) => enter("/sign-in/email", input),
      signOut: async () => {
        await post("/sign-out", {});
        // Signed out first, so that what is shown leaves before what it shows.
        const userId = runtime.me()?.user.id;
        if (userId !== undefined) forgetDrafts(userId);
        runtime.queryClient.setQueryData(keys.me, null);
        await runtime.wipe();
      },
    };
  }, [runtime]);
};

/** Calls that are not optimistic: each waits for its answer and throws `ApiProblem` or `NetworkFailure`. */
export const useTeamCalls = (): TeamCalls => {
  const runtime = useRuntime();
  return useMemo(() => teamCalls(runtime), [runtime]);
};
