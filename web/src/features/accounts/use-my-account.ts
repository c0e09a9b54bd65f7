import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { z } from "zod";
import { useSyncEngine } from "../../../../client/react/sync-context.ts";
import { ME_KEY } from "../../../../client/sync/signed-in.ts";
import type { SyncEngine } from "../../../../client/sync/sync-engine.ts";
import { apiKeySchema, createdApiKeySchema } from "../../../../shared/accounts.ts";
import type { Listing } from "../../session/listing.ts";
import { keys } from "../../session/query-keys.ts";

const keyListSchema = z.object({ apiKeys: z.array(apiKeySchema) });
export type ApiKey = z.infer<typeof apiKeySchema>;

const accountCalls = ({ api, queryClient }: SyncEngine) => {
  const post = async <Schema extends z.ZodType>(path: string, body: object, schema: Schema) =>
    (await api.request({ method: "POST", path: `/auth${path}`, body, schema })).data;
  const refreshKeys = () => queryClient.invalidateQueries({ queryKey: keys.apiKeys });
  return {
    rename: async (name: string): Promise<void> => {
      await api.request({ method: "PATCH", path: "/me", body: { name }, schema: z.unknown() });
      await queryClient.invalidateQueries({ queryKey: ME_KEY });
    },
    /** All other sessions end. */
    changePassword: async (currentPassword: string, newPassword: string): Promise<void> => {
      await post("/change-password", { currentPassword, newPassword, revokeOtherSessions: true }, z.unknown());
    },
    /** Resolves to the key itself, which nothing tells again. */
    createKey: async (name: string): Promise<string> => {
      const { key } = await post("/api-key/create", name ? { name } : {}, createdApiKeySchema);
      await refreshKeys();
      return key;
    },
    deleteKey: async (keyId: string): Promise<void> => {
      await post("/api-key/delete", { keyId }, z.unknown());
      await refreshKeys();
    },
  };
};

/** Each call waits for its answer and throws `ApiProblem` or `NetworkFailure`. */
export const useAccountCalls = () => {
  const engine = useSyncEngine();
  return useMemo(() => accountCalls(engine), [engine]);
};

export const useApiKeys = (): Listing<ApiKey> => {
  const { api } = useSyncEngine();
  const { data, error, refetch } = useQuery({
    queryKey: keys.apiKeys,
    queryFn: async ({ signal }) =>
      (await api.request({ method: "GET", path: "/auth/api-key/list", schema: keyListSchema, signal })).data.apiKeys,
  });
  return {
    status: data !== undefined ? "ready" : error === null ? "loading" : "error",
    items: data ?? [],
    ...(error === null ? {} : { error }),
    refetch: () => void refetch(),
  };
};
