import { QueryClient, useQueryClient } from "@tanstack/react-query";
import { v4, v7 } from "uuid";
import { createApiClient, isTransient } from "../../../client/browser/api-client.ts";
import { browserClock } from "../../../client/browser/browser-ports.ts";
import { fetchWithTimeout } from "../../../client/browser/fetch-with-timeout.ts";
import { Runtime, type RuntimeDeps } from "../../../client/sync/sync-engine.ts";

const TRIES = 3;

const runtimes = new WeakMap<QueryClient, Runtime>();

export type QueryClientOptions = Partial<Omit<RuntimeDeps, "queryClient">>;

/** The page's one query client, with the writer of its cache behind it. Without a device nothing outlives the page. */
export const createQueryClient = (options: QueryClientOptions = {}): QueryClient => {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        // "Offline" is what the browser thinks: a server on this machine is there all the same.
        networkMode: "always",
        retry: (failures, error) => failures < TRIES && isTransient(error),
        refetchOnWindowFocus: false,
        staleTime: 30_000,
      },
    },
  });
  const runtime = new Runtime({
    queryClient,
    api: createApiClient({ fetch: fetchWithTimeout }),
    clock: browserClock,
    random: Math.random,
    newId: () => v4(),
    newEntityId: () => v7(),
    device: null,
    ...options,
  });
  runtimes.set(queryClient, runtime);
  return queryClient;
};

export const runtimeOf = (queryClient: QueryClient): Runtime => {
  const runtime = runtimes.get(queryClient);
  if (runtime === undefined) throw new Error("use createQueryClient");
  return runtime;
};

export const useRuntime = (): Runtime => runtimeOf(useQueryClient());
