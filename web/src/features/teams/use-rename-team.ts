import { useCallback } from "react";
import { useSyncEngine } from "../../../../client/react/sync-context.ts";
import { teamWithRoleSchema } from "../../../../shared/teams.ts";
import { useRefreshMe } from "../../session/use-teams.ts";

export const useRenameTeam = (): ((teamId: string, name: string) => Promise<void>) => {
  const { api } = useSyncEngine();
  const refreshMe = useRefreshMe();
  return useCallback(
    async (teamId, name) => {
      await api.request({
        method: "PATCH",
        path: `/teams/${teamId}`,
        body: { name },
        schema: teamWithRoleSchema,
        idempotencyKey: crypto.randomUUID(),
      });
      await refreshMe();
    },
    [api, refreshMe],
  );
};
