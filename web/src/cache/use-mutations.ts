import { useMemo } from "react";
import type { ApiProblem } from "../lib/api-client.ts";
import { type BoardActions, boardActions } from "./board-actions.ts";
import { type BoardsActions, boardsActions } from "./boards-actions.ts";
import type { IntentKind } from "./intents.ts";
import { useRuntime } from "./query-client.ts";
import type { Runtime } from "./runtime.ts";
import { useView } from "./use-view.ts";

export type { BoardActions, BoardsActions, IntentKind };

/** The functions keep their identity while `boardId` stays the same. */
export const useBoardActions = (boardId: string): BoardActions => {
  const runtime = useRuntime();
  return useMemo(() => boardActions(runtime, boardId), [runtime, boardId]);
};

export const useBoardsActions = (teamId: string): BoardsActions => {
  const runtime = useRuntime();
  return useMemo(() => boardsActions(runtime, teamId), [runtime, teamId]);
};

export type RefusedChange = {
  readonly id: string;
  /** What was tried, as a code to translate. */
  readonly what: IntentKind;
  /** Title or name of what it was tried on. */
  readonly title: string;
  readonly problem: ApiProblem;
  /** Does it again, on the state as it is now. */
  readonly retry: () => void;
  readonly dismiss: () => void;
};

const refusedIn = ({ outbox }: Runtime): readonly RefusedChange[] =>
  outbox.refusals.flatMap(({ id, intents: [first], title, problem }) =>
    first === undefined
      ? []
      : [{ id, what: first.kind, title, problem, retry: () => outbox.retry(id), dismiss: () => outbox.dismiss(id) }],
  );

/** Changes that the server refused and that were taken back. */
export const useRefused = (): readonly RefusedChange[] => {
  const runtime = useRuntime();
  const refusals = useView(({ outbox }) => outbox.refusals);
  // biome-ignore lint/correctness/useExhaustiveDependencies: made of the refusals
  return useMemo(() => refusedIn(runtime), [runtime, refusals]);
};
