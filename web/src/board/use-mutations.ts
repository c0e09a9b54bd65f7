import { useMemo } from "react";
import type { ApiProblem } from "../../../client/browser/api-client.ts";
import type { Intent, IntentKind } from "../../../client/sync/mutations.ts";
import type { Runtime } from "../../../client/sync/sync-engine.ts";
import { type TextConflict, textsOf, writtenIn } from "../entities/task-text.ts";
import { useRuntime } from "../session/query-client.ts";
import { useView } from "../session/use-view.ts";
import { type BoardActions, boardActions } from "./board-actions.ts";
import { type BoardsActions, boardsActions } from "./team-boards-actions.ts";

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
  /** What was written and is not on the board; `null` where nothing was. */
  readonly lost: string | null;
  /** A text that another changed meanwhile: trying it again would undo that. */
  readonly conflict: (TextConflict & { readonly boardId: string; readonly taskId: string }) | null;
  /** Does it again, on the state as it is now. */
  readonly retry: () => void;
  readonly dismiss: () => void;
};

const conflictIn = (intent: Intent, { code }: ApiProblem): RefusedChange["conflict"] => {
  const [text] = textsOf(intent);
  if (code !== "VERSION_MISMATCH" || text === undefined || intent.kind !== "task.update") return null;
  return { ...text, boardId: intent.boardId, taskId: intent.id };
};

const refusedIn = ({ outbox }: Runtime): readonly RefusedChange[] =>
  outbox.refusals.flatMap(({ id, intents, title, problem }) => {
    const [first] = intents;
    if (first === undefined) return [];
    return [
      {
        id,
        what: first.kind,
        title,
        problem,
        lost: writtenIn(intents),
        conflict: conflictIn(first, problem),
        retry: () => outbox.retry(id),
        dismiss: () => outbox.dismiss(id),
      },
    ];
  });

/** Changes that the server refused and that were taken back. */
export const useRefused = (): readonly RefusedChange[] => {
  const runtime = useRuntime();
  const refusals = useView(({ outbox }) => outbox.refusals);
  // biome-ignore lint/correctness/useExhaustiveDependencies: made of the refusals
  return useMemo(() => refusedIn(runtime), [runtime, refusals]);
};
