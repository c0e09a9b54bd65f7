import { useMemo } from "react";
import { ApiProblem } from "../../../../client/browser/api-client.ts";
import { useSnapshot, useSnapshotView } from "../../../../client/react/use-snapshot.ts";
import { entitiesIn, rootIn } from "../../../../client/sync/snapshot.ts";
import { type Task, tasks } from "../../../../shared/tasks.ts";
import { archiveRef, taskRef } from "../../entities/snapshots.ts";
import type { Listing } from "../../session/listing.ts";
import { newestFirst } from "./archive.ts";

/** The board's archived tasks, newest first; events keep them current. */
export const useArchive = (boardId: string, teamId: string): Listing<Task> => {
  const ref = archiveRef(boardId, teamId);
  const { error, refetch } = useSnapshot(ref);
  const snapshot = useSnapshotView(ref);
  return useMemo(
    () => ({
      status: snapshot !== null ? "ready" : error === null ? "loading" : "error",
      items: snapshot === null ? [] : newestFirst(entitiesIn(snapshot, tasks).values()),
      ...(error === null ? {} : { error }),
      refetch,
    }),
    [snapshot, error, refetch],
  );
};

export type AbsentTask =
  | { readonly status: "loading" }
  | { readonly status: "archived"; readonly task: Task }
  | { readonly status: "gone" }
  | { readonly status: "error"; readonly error: Error; readonly refetch: () => void };

/** A task that the board does not show: archived, or not there. */
export const useAbsentTask = (boardId: string, taskId: string): AbsentTask => {
  const ref = taskRef(taskId);
  const { error, refetch } = useSnapshot(ref);
  const snapshot = useSnapshotView(ref);
  const task = snapshot && rootIn(snapshot, tasks);
  if (error instanceof ApiProblem && (error.status === 404 || error.status === 410)) return { status: "gone" };
  if (snapshot?.isDeleted || (task && task.boardId !== boardId)) return { status: "gone" };
  if (task && task.archivedAt !== null) return { status: "archived", task };
  if (error !== null) return { status: "error", error, refetch };
  return { status: "loading" };
};
