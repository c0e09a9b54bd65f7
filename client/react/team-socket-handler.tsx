import { useEffect } from "react";
import { useRuntime } from "../../web/src/session/query-client.ts";
import { joinTeam } from "./join-team.ts";
import { useRealtime } from "./realtime-context.ts";

/** Joins the team's channel while it is mounted. */
export const TeamSocketHandler = ({ teamId }: { readonly teamId: string }) => {
  const client = useRealtime();
  const runtime = useRuntime();
  useEffect(() => joinTeam(client, runtime, teamId), [client, runtime, teamId]);
  return null;
};
