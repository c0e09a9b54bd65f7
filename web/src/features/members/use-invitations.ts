import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { collectPages } from "../../../../client/browser/api-client.ts";
import { useSyncEngine } from "../../../../client/react/sync-context.ts";
import { type Invitation, invitationSchema } from "../../../../shared/invitations.ts";
import { page } from "../../../../shared/paging.ts";
import { type Listing, listing } from "../../session/listing.ts";
import { keys } from "../../session/query-keys.ts";

const invitationPage = page(invitationSchema);

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
