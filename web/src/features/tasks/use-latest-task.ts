import { useQuery } from "@tanstack/react-query";
import { type Task, taskSchema } from "../../../../shared/tasks.ts";
import { useRuntime } from "../../session/query-client.ts";
import { keys } from "../../session/query-keys.ts";

export type LatestTask = { readonly task: Task | null; readonly error: Error | null };

/** The task as the server holds it, read when it is looked at. */
export const useLatestTask = (taskId: string): LatestTask => {
  const { api } = useRuntime();
  const { data, error } = useQuery({
    queryKey: keys.latest(taskId),
    queryFn: async ({ signal }) =>
      (await api.request({ method: "GET", path: `/tasks/${taskId}`, schema: taskSchema, signal })).data,
    staleTime: 0,
    gcTime: 0,
  });
  return { task: data ?? null, error };
};
