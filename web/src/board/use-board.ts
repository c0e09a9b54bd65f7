import { useCallback, useMemo } from "react";
import { ApiProblem } from "../../../client/browser/api-client.ts";
import { useSnapshot } from "../../../client/react/use-snapshot.ts";
import { useView } from "../../../client/react/use-view.ts";
import type { Collection } from "../../../client/sync/collection.ts";
import { entitiesIn, rootIn } from "../../../client/sync/snapshot.ts";
import type { SyncEngine } from "../../../client/sync/sync-engine.ts";
import { stableList } from "../../../client/sync/views.ts";
import { type Board, boards } from "../../../shared/boards.ts";
import { type Column, columns } from "../../../shared/columns.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import { type Label, labels } from "../../../shared/labels.ts";
import { type Member, members } from "../../../shared/members.ts";
import type { Role } from "../../../shared/role.ts";
import { type Task, tasks } from "../../../shared/tasks.ts";
import { boardRef } from "../entities/snapshots.ts";
import { meOf } from "../session/me-query.ts";
import { memoizedFilter } from "./memo-filter.ts";

export type BoardStatus = "loading" | "ready" | "gone" | "forbidden" | "error";

type BoardParts = {
  readonly access: "gone" | "forbidden" | null;
  readonly board: Board | null;
  /** In order. */
  readonly columns: readonly Column[];
  /** By name. */
  readonly labels: readonly Label[];
  /** By name. */
  readonly members: readonly Member[];
  /** The reader's own. */
  readonly role: Role | null;
};

export type BoardView = Omit<BoardParts, "access"> & {
  readonly status: BoardStatus;
  readonly error?: Error;
  readonly refetch: () => void;
};

const NOTHING: BoardParts = { access: null, board: null, columns: [], labels: [], members: [], role: null };
const NO_TASKS: readonly Task[] = [];

const byName = (a: { readonly name: string }, b: { readonly name: string }) => a.name.localeCompare(b.name);

const partsOf = (engine: SyncEngine, boardId: string, before: BoardParts = NOTHING): BoardParts => {
  const snapshot = engine.view(boardRef(boardId));
  if (snapshot === null) return NOTHING;
  const me = meOf(engine);
  const { tenantId, isDeleted } = snapshot;
  const gaveUp = engine.gaveUp(tenantId);
  const people = entitiesIn(snapshot, members);
  const own = me === null ? undefined : people.get(me.user.id);
  const parts: BoardParts = {
    access: isDeleted || gaveUp === "deleted" ? "gone" : gaveUp === null ? null : "forbidden",
    board: rootIn(snapshot, boards) ?? null,
    columns: stableList(before.columns, entitiesIn(snapshot, columns).group(boardId)),
    labels: stableList(before.labels, [...entitiesIn(snapshot, labels).values()].sort(byName)),
    members: stableList(before.members, [...people.values()].sort(byName)),
    role: own?.role ?? me?.teams.find(({ id }) => id === tenantId)?.role ?? null,
  };
  const isSame =
    parts.access === before.access &&
    parts.board === before.board &&
    parts.columns === before.columns &&
    parts.labels === before.labels &&
    parts.members === before.members &&
    parts.role === before.role;
  return isSame ? before : parts;
};

const statusOf = (parts: BoardParts, error: Error | null): BoardStatus => {
  if (parts.access !== null) return parts.access;
  if (error instanceof ApiProblem && (error.status === 404 || error.status === 410)) return "gone";
  if (error instanceof ApiProblem && error.status === 403) return "forbidden";
  if (parts.board !== null) return "ready";
  return error === null ? "loading" : "error";
};

/** Reads a board and keeps it; its result does not change its identity when only tasks change. */
export const useBoard = (boardId: string): BoardView => {
  const { error, refetch } = useSnapshot(boardRef(boardId));
  const parts = useView<BoardParts>(
    useCallback((from: SyncEngine, before: BoardParts | undefined) => partsOf(from, boardId, before), [boardId]),
  );
  return useMemo(() => {
    const { access: _, ...shown } = parts;
    return {
      ...shown,
      status: statusOf(parts, error),
      ...(error === null ? {} : { error }),
      refetch,
    };
  }, [parts, error, refetch]);
};

const tasksIn = (engine: SyncEngine, boardId: string): Collection<Task> | null => {
  const snapshot = engine.view(boardRef(boardId));
  return snapshot && entitiesIn(snapshot, tasks);
};

/** The column's tasks in order that pass the filter. A filter that says the same may be another object. */
export const useColumnTasks = (boardId: string, columnId: string, filter: TaskFilter): readonly Task[] => {
  const text = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the filter
  const pass = useMemo(() => memoizedFilter(filter), [text]);
  return useView<readonly Task[]>((engine, before) => {
    const all = tasksIn(engine, boardId);
    return all === null ? NO_TASKS : stableList(before, pass(all.group(columnId)));
  });
};

/** The number of the column's tasks, whatever the filter. */
export const useTaskCount = (boardId: string, columnId: string): number =>
  useView((engine) => tasksIn(engine, boardId)?.group(columnId).length ?? 0);

/** `null` when the board does not show it: it is gone, archived, or not read yet. */
export const useTask = (boardId: string, taskId: string): Task | null =>
  useView((engine) => tasksIn(engine, boardId)?.get(taskId) ?? null);

const isUnsent = ({ status }: { readonly status: string }) => status !== "answered";

/** Ids of the entities on this board with mutations that the server has not answered yet. */
export const usePending = (boardId: string): ReadonlySet<string> =>
  useView<ReadonlySet<string>>(({ outbox }, before) => {
    const ids = new Set<string>();
    for (const { mutation, status } of outbox.pending) {
      const isHere = mutation.scope["board"] === boardId || mutation.id === boardId;
      if (isHere && isUnsent({ status })) ids.add(mutation.id);
    }
    const isSame = before?.size === ids.size && [...ids].every((id) => before.has(id));
    return isSame ? before : ids;
  });

/** Storage takes no more: changes that wait would be lost with the page. */
export const useStorageUnavailable = (): boolean => useView(({ outbox }) => outbox.storageError !== null);

/** The number of changes that this browser stores for whoever made them, while nobody is signed in. */
export const useUnsentHere = (): number => useView(({ persister }) => persister.unsentCount);

/** The number of refused changes that are still shown, of all boards. */
export const useRefusedCount = (): number => useView(({ outbox }) => outbox.rejections.length);

/** The number of changes that wait to be sent or answered, of all boards. */
export const usePendingCount = (): number => useView(({ outbox }) => outbox.pending.filter(isUnsent).length);
