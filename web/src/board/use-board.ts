import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { ApiProblem } from "../../../client/browser/api-client.ts";
import { subjectOf } from "../../../client/sync/mutations.ts";
import type { Runtime } from "../../../client/sync/sync-engine.ts";
import { taskIn, tasksIn } from "../../../client/sync/task-table.ts";
import { stableList } from "../../../client/sync/views.ts";
import type { Board } from "../../../shared/boards.ts";
import type { Column } from "../../../shared/columns.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import type { Label } from "../../../shared/labels.ts";
import type { Member } from "../../../shared/members.ts";
import { compareRanked } from "../../../shared/rank.ts";
import type { Role } from "../../../shared/role.ts";
import type { Task } from "../../../shared/tasks.ts";
import { boardQuery } from "../session/queries.ts";
import { useRuntime } from "../session/query-client.ts";
import { useView } from "../session/use-view.ts";
import { taskSifter } from "./memo-filter.ts";

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

const partsOf = (runtime: Runtime, boardId: string, before: BoardParts = NOTHING): BoardParts => {
  const state = runtime.viewBoard(boardId);
  if (state === null) return NOTHING;
  const me = runtime.me();
  const gaveUp = runtime.tenants.gaveUp(state.teamId);
  const own = me === null ? undefined : state.members.get(me.user.id);
  const parts: BoardParts = {
    access: state.deleted || gaveUp === "deleted" ? "gone" : gaveUp === null ? null : "forbidden",
    board: state.board,
    columns: stableList(before.columns, [...state.columns.values()].sort(compareRanked)),
    labels: stableList(before.labels, [...state.labels.values()].sort(byName)),
    members: stableList(before.members, [...state.members.values()].sort(byName)),
    role: own?.role ?? me?.teams.find(({ id }) => id === state.teamId)?.role ?? null,
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
  const runtime = useRuntime();
  const { error, refetch } = useQuery(boardQuery(runtime, boardId));
  const parts = useView<BoardParts>(
    useCallback((from: Runtime, before: BoardParts | undefined) => partsOf(from, boardId, before), [boardId]),
  );
  return useMemo(() => {
    const { access: _, ...shown } = parts;
    return {
      ...shown,
      status: statusOf(parts, error),
      ...(error === null ? {} : { error }),
      refetch: () => void refetch(),
    };
  }, [parts, error, refetch]);
};

/** The column's tasks in order that pass the filter. A filter that says the same may be another object. */
export const useColumnTasks = (boardId: string, columnId: string, filter: TaskFilter): readonly Task[] => {
  const text = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the filter
  const sift = useMemo(() => taskSifter(filter), [text]);
  return useView<readonly Task[]>((runtime, before) => {
    const state = runtime.viewBoard(boardId);
    return state === null ? NO_TASKS : stableList(before, sift(tasksIn(state.tasks, columnId)));
  });
};

/** How many tasks the column holds, whatever the filter. */
export const useTaskCount = (boardId: string, columnId: string): number =>
  useView((runtime) => {
    const state = runtime.viewBoard(boardId);
    return state === null ? 0 : tasksIn(state.tasks, columnId).length;
  });

/** `null` when the board does not show it: it is gone, archived, or not read yet. */
export const useTask = (boardId: string, taskId: string): Task | null =>
  useView((runtime) => {
    const state = runtime.viewBoard(boardId);
    return (state && taskIn(state.tasks, taskId)) ?? null;
  });

const isUnsent = ({ status }: { readonly status: string }) => status !== "answered";

/** Ids of what has changes on this board that the server has not answered yet. */
export const usePending = (boardId: string): ReadonlySet<string> =>
  useView<ReadonlySet<string>>(({ outbox }, before) => {
    const ids = new Set<string>();
    for (const entry of outbox.entries) {
      if (entry.intent.boardId === boardId && isUnsent(entry)) ids.add(subjectOf(entry.intent));
    }
    const isSame = before?.size === ids.size && [...ids].every((id) => before.has(id));
    return isSame ? before : ids;
  });

/** The device keeps no more: what waits would be lost with the page. */
export const useStorageUnavailable = (): boolean => useView(({ outbox }) => outbox.isForgetful);

/** When what was restored from the device was last in step, epoch milliseconds; `null` when nothing was. */
export const useKeptAt = (): number | null => useView(({ keeper }) => keeper.keptAt);

/** How many changes this browser keeps for whoever made them, while nobody is signed in. */
export const useUnsentHere = (): number => useView(({ keeper }) => keeper.unsent);

/** How many changes were taken back and are still told of, of all boards. */
export const useRefusedCount = (): number => useView(({ outbox }) => outbox.refusals.length);

/** How many changes wait to be sent or answered, of all boards. */
export const usePendingCount = (): number => useView(({ outbox }) => outbox.entries.filter(isUnsent).length);
