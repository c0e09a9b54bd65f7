import type { Runtime } from "../../../client/sync/sync-engine.ts";
import { type Board, boardSchema, createBoardSchema, type UpdateBoard } from "../../../shared/boards.ts";
import { boardIdSchema } from "../../../shared/ids.ts";
import { boardActions, propose } from "./board-actions.ts";

export type BoardsActions = {
  /** Resolves when the server has made it; rejects with `ApiProblem` when it refuses. */
  readonly createBoard: (name: string) => Promise<Board>;
  readonly updateBoard: (id: string, change: UpdateBoard) => void;
  readonly deleteBoard: (id: string) => void;
};

export const boardsActions = (runtime: Runtime, teamId: string): BoardsActions => ({
  createBoard: (name) => {
    const boardId = boardIdSchema.parse(runtime.newEntityId());
    const at = new Date(runtime.clock.now()).toISOString();
    const { promise, resolve, reject } = Promise.withResolvers<Board>();
    const title = createBoardSchema.shape.name.safeParse(name).data ?? name;
    runtime.outbox.add({ kind: "board.create", boardId, teamId, name: title, at }, title, {
      answered: (data) => {
        const board = boardSchema.safeParse(data);
        if (board.success) resolve(board.data);
        else reject(board.error);
      },
      refused: reject,
    });
    return promise;
  },
  updateBoard: (id, change) => boardActions(runtime, id).updateBoard(change),
  deleteBoard: (id) => propose(runtime, { kind: "board.delete", boardId: id }),
});
