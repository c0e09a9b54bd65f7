import { useMemo } from "react";
import { useSyncEngine } from "../../../client/react/sync-context.ts";
import { type TeamCalls, teamCalls } from "./team-api.ts";

/** Calls that are not optimistic: each waits for its answer and throws `ApiProblem` or `NetworkFailure`. */
export const useTeamCalls = (): TeamCalls => {
  const engine = useSyncEngine();
  return useMemo(() => teamCalls(engine), [engine]);
};
