import { useEffect } from "react";
import { joinTeam } from "./join-team.ts";
import { useRealtime } from "./realtime-context.ts";
import { useSyncEngine } from "./sync-context.ts";

/** Joins the team's channel while it is mounted. */
export const TeamSocketHandler = ({ teamId }: { readonly teamId: string }) => {
  const client = useRealtime();
  const engine = useSyncEngine();
  useEffect(() => joinTeam(client, engine, teamId), [client, engine, teamId]);
  return null;
};
