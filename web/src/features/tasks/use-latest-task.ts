import { useQuery } from "@tanstack/react-query";
import { useSyncEngine } from "../../../../client/react/sync-context.ts";
import { rootIn } from "../../../../client/sync/snapshot.ts";
import { type Task, tasks } from "../../../../shared/tasks.ts";
import { taskRef } from "../../entities/snapshots.ts";

export type LatestTask = { readonly task: Task | null; readonly error: Error | null };

/** The task as the server confirms it, read anew when a component mounts. */
export const useLatestTask = (taskId: string): LatestTask => {
  const { data, error, isFetchedAfterMount } = useQuery({
    ...useSyncEngine().queryOptions(taskRef(taskId)),
    staleTime: 0,
  });
  const task = isFetchedAfterMount && data !== undefined && !data.isDeleted ? rootIn(data, tasks) : undefined;
  return { task: task ?? null, error };
};
