import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { z } from "zod";
import { collectPages } from "../../../client/browser/api-client.ts";
import { noteSignIn } from "../../../client/browser/session-hint.ts";
import { useSyncEngine } from "../../../client/react/sync-context.ts";
import { useSnapshot } from "../../../client/react/use-snapshot.ts";
import { useView } from "../../../client/react/use-view.ts";
import { ME_KEY } from "../../../client/sync/signed-in.ts";
import { entitiesIn } from "../../../client/sync/snapshot.ts";
import { stableList } from "../../../client/sync/views.ts";
import type { SignIn, SignUp } from "../../../shared/accounts.ts";
import { type Board, boards } from "../../../shared/boards.ts";
import { type Invitation, invitationSchema } from "../../../shared/invitations.ts";
import { type Member, members } from "../../../shared/members.ts";
import { page } from "../../../shared/paging.ts";
import type { Me } from "../../../shared/users.ts";
import { boardsRef, membersRef } from "../entities/snapshots.ts";
import { forgetDrafts } from "../lib/drafts.ts";
import { meOf, meQuery } from "./me-query.ts";
import { keys } from "./query-keys.ts";
import { type TeamCalls, teamCalls } from "./team-api.ts";

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
  const { data, error } = useQuery(meQuery(useSyncEngine()));
  return useMemo(() => {
    if (data) return { status: "signed-in", me: data };
    if (data === null) return { status: "signed-out" };
    return error === null ? { status: "loading" } : { status: "error", error };
  }, [data, error]);
};

/** Reads `me` again, after a change of account that came from elsewhere. */
export const useRefreshMe = (): (() => Promise<void>) => {
  const engine = useSyncEngine();
  return useCallback(() => engine.queryClient.invalidateQueries({ queryKey: ME_KEY }), [engine]);
};

/** The team's boards in order, archived ones included. */
export const useBoards = (teamId: string): Listing<Board> => {
  const { error, refetch } = useSnapshot(boardsRef(teamId));
  const items = useView<readonly Board[] | null>((engine, before) => {
    const snapshot = engine.view(boardsRef(teamId));
    return snapshot && stableList(before ?? undefined, entitiesIn(snapshot, boards).group(teamId));
  });
  return useMemo(() => listing(items, error, refetch), [items, error, refetch]);
};

/** The team's members by name. */
export const useMembers = (teamId: string): Listing<Member> => {
  const { error, refetch } = useSnapshot(membersRef(teamId));
  const items = useView<readonly Member[] | null>((engine, before) => {
    const snapshot = engine.view(membersRef(teamId));
    if (snapshot === null) return null;
    const byName = [...entitiesIn(snapshot, members).values()].sort((a, b) => a.name.localeCompare(b.name));
    return stableList(before ?? undefined, byName);
  });
  return useMemo(() => listing(items, error, refetch), [items, error, refetch]);
};

/** Open invitations; no event tells of them. */
export const useInvitations = (teamId: string): Listing<Invitation> => {
  const { api } = useSyncEngine();
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
  const engine = useSyncEngine();
  return useMemo(() => {
    const post = async (path: string, body: object) => {
      await engine.api.request({ method: "POST", path: `/auth${path}`, body, schema: z.unknown() });
    };
    const enter = async (path: string, body: object) => {
      await post(path, body);
      noteSignIn();
      await engine.queryClient.invalidateQueries({ queryKey: ME_KEY });
      engine.outbox.wake();
    };
    return {
      signUp: (input) => enter("/sign-up/email", input),
      signIn: (input) => enter("/sign-in/email", input),
      signOut: async () => {
        await post("/sign-out", {});
        // Signed out first, so that what is shown leaves before what it shows.
        const userId = meOf(engine)?.user.id;
        if (userId !== undefined) forgetDrafts(userId);
        engine.queryClient.setQueryData(ME_KEY, null);
        await engine.wipe();
      },
    };
  }, [engine]);
};

/** Calls that are not optimistic: each waits for its answer and throws `ApiProblem` or `NetworkFailure`. */
export const useTeamCalls = (): TeamCalls => {
  const engine = useSyncEngine();
  return useMemo(() => teamCalls(engine), [engine]);
};
