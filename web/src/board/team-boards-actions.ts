import { entityActions } from "../../../client/sync/entity-actions.ts";
import type { SyncEngine } from "../../../client/sync/sync-engine.ts";
import { type Board, boardSchema, boards, type UpdateBoard } from "../../../shared/boards.ts";

export type TeamBoardsActions = {
  /** Resolves when the server has created it; rejects with `ApiProblem` when it refuses. */
  readonly createBoard: (name: string) => Promise<Board>;
  readonly updateBoard: (id: string, change: UpdateBoard) => void;
  readonly deleteBoard: (id: string) => void;
};

export const teamBoardsActions = (engine: SyncEngine, teamId: string): TeamBoardsActions => {
  const board = entityActions(engine, boards, () => ({ team: teamId }));
  return {
    createBoard: (name) => {
      const { promise, resolve, reject } = Promise.withResolvers<Board>();
      const answered = (data: unknown) => {
        const created = boardSchema.safeParse(data);
        if (created.success) resolve(created.data);
        else reject(created.error);
      };
      board.create({ name }, { answered, refused: reject });
      return promise;
    },
    updateBoard: board.update,
    deleteBoard: board.delete,
  };
};
