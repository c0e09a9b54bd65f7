import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { ApiProblem, collectPages } from "../../../../client/browser/api-client.ts";
import { useSubscription } from "../../../../client/react/use-subscription.ts";
import type { Column } from "../../../../shared/columns.ts";
import { page } from "../../../../shared/paging.ts";
import { type Task, taskSchema } from "../../../../shared/tasks.ts";
import { useRuntime } from "../../session/query-client.ts";
import { keys } from "../../session/query-keys.ts";
import type { Listing } from "../../session/use-teams.ts";
import { useView } from "../../session/use-view.ts";
import { archiveOf, type Heard, hear, leaving, TASK_ACTIONS } from "./archive.ts";

const taskPage = page(taskSchema);
const NOTHING_HEARD: Heard = new Map();
const NO_TASKS: readonly Task[] = [];

/** Nothing keeps it in step while nobody looks. */
const UNKEPT = { staleTime: 0, gcTime: 0 } as const;

type Place = { readonly boardId: string; readonly teamId: string; readonly columns: readonly Column[] };

/** The board's archived tasks, newest first, kept in step while they are shown. */
export const useArchive = ({ boardId, teamId, columns }: Place): Listing<Task> => {
  const { api } = useRuntime();
  const queryKey = keys.archived(boardId);
  const [heard, setHeard] = useState(NOTHING_HEARD);
  const cuts = useRef(0);
  useSubscription({
    tenantId: teamId,
    actions: TASK_ACTIONS,
    queryKey,
    onEvent: (message) => {
      const at = { boardId, cuts: cuts.current };
      setHeard((before) => hear(before, message, at));
    },
    onReset: () => {
      cuts.current += 1;
    },
  });
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const begun = cuts.current;
      const path = `/boards/${boardId}/tasks?archived=true`;
      const { items } = await collectPages(api, { path, schema: taskPage, signal });
      return { read: items, cuts: begun };
    },
    ...UNKEPT,
  });
  const entries = useView(({ outbox }) => outbox.entries);
  return useMemo(() => {
    const columnIds = new Set<string>(columns.map(({ id }) => id));
    const gone = leaving(entries.map(({ intent }) => intent));
    return {
      status: data !== undefined ? "ready" : error === null ? "loading" : "error",
      items: data === undefined ? NO_TASKS : archiveOf({ ...data, heard, leaving: gone, columnIds }),
      ...(error === null ? {} : { error }),
      refetch: () => void refetch(),
    };
  }, [data, error, refetch, heard, entries, columns]);
};

export type AbsentTask =
  | { readonly status: "loading" }
  | { readonly status: "archived"; readonly task: Task }
  | { readonly status: "gone" }
  | { readonly status: "error"; readonly error: Error; readonly refetch: () => void };

/** A task that the board does not show: archived, or not there. */
export const useAbsentTask = (boardId: string, teamId: string, taskId: string): AbsentTask => {
  const { api, queryClient } = useRuntime();
  const queryKey = keys.task(taskId);
  useSubscription({
    tenantId: teamId,
    actions: TASK_ACTIONS,
    queryKey,
    filter: ({ data }) => data["id"] === taskId,
    onEvent: () => void queryClient.invalidateQueries({ queryKey }),
  });
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async ({ signal }) =>
      (await api.request({ method: "GET", path: `/tasks/${encodeURIComponent(taskId)}`, schema: taskSchema, signal }))
        .data,
    ...UNKEPT,
  });
  if (error instanceof ApiProblem && (error.status === 404 || error.status === 410)) return { status: "gone" };
  if (data !== undefined && data.boardId !== boardId) return { status: "gone" };
  if (data !== undefined && data.archivedAt !== null) return { status: "archived", task: data };
  if (error !== null) return { status: "error", error, refetch: () => void refetch() };
  return { status: "loading" };
};
