import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useSyncEngine } from "../../../client/react/sync-context.ts";
import { ME_KEY } from "../../../client/sync/signed-in.ts";
import type { Me } from "../../../shared/users.ts";
import { meQuery } from "./me-query.ts";

export type MeView =
  | { readonly status: "loading" }
  | { readonly status: "signed-in"; readonly me: Me }
  | { readonly status: "signed-out" }
  | { readonly status: "error"; readonly error: Error };

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
