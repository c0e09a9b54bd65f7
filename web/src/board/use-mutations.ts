import { useMemo } from "react";
import type { ApiProblem } from "../../../client/browser/api-client.ts";
import { useSyncEngine } from "../../../client/react/sync-context.ts";
import { useView } from "../../../client/react/use-view.ts";
import type { Mutation } from "../../../client/sync/mutation.ts";
import type { SyncEngine } from "../../../client/sync/sync-engine.ts";
import { type TextEdit, textEditsOf } from "../../../client/sync/text-merge.ts";
import { lostText } from "../entities/lost-text.ts";
import { type BoardActions, boardActions } from "./board-actions.ts";
import { type TeamBoardsActions, teamBoardsActions } from "./team-boards-actions.ts";

/** The functions keep their identity while `boardId` stays the same. */
export const useBoardActions = (boardId: string): BoardActions => {
  const engine = useSyncEngine();
  return useMemo(() => boardActions(engine, boardId), [engine, boardId]);
};

export const useBoardsActions = (teamId: string): TeamBoardsActions => {
  const engine = useSyncEngine();
  return useMemo(() => teamBoardsActions(engine, teamId), [engine, teamId]);
};

export type RefusedChange = {
  readonly id: string;
  /** The first of the mutations that were taken back together. */
  readonly mutation: Mutation;
  /** Title or name of its entity. */
  readonly title: string;
  readonly problem: ApiProblem;
  /** Texts that were written and are not on the server; `null` where there is none. */
  readonly lost: string | null;
  /** A text that another person changed meanwhile: trying it again would undo that. */
  readonly conflict: TextEdit | null;
  /** Does it again, on the entity as it is now. */
  readonly retry: () => void;
  readonly dismiss: () => void;
};

const refusedIn = ({ outbox, schema }: SyncEngine): readonly RefusedChange[] =>
  outbox.rejections.flatMap(({ id, mutations, title, problem }) => {
    const [mutation] = mutations;
    if (mutation === undefined) return [];
    const [edit = null] = problem.code === "VERSION_MISMATCH" ? textEditsOf(schema, mutation) : [];
    return [
      {
        id,
        mutation,
        title,
        problem,
        lost: lostText(mutations, (kind) => schema.entity(kind)),
        conflict: edit,
        retry: () => outbox.retry(id),
        dismiss: () => outbox.dismiss(id),
      },
    ];
  });

/** Changes that the server refused and that were taken back. */
export const useRefused = (): readonly RefusedChange[] => {
  const engine = useSyncEngine();
  const rejections = useView(({ outbox }) => outbox.rejections);
  // biome-ignore lint/correctness/useExhaustiveDependencies: made of the rejections
  return useMemo(() => refusedIn(engine), [engine, rejections]);
};
