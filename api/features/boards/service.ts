import type { Executor } from "../../../platform/db/db.ts";
import { type Board, type BoardSnapshot, boards, type CreateBoard } from "../../../shared/boards.ts";
import type { BoardId } from "../../../shared/ids.ts";
import { formatPosition } from "../../../shared/protocol/position.ts";
import { teamOf } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import type { CommandContext } from "../../command.ts";
import { freshEntity } from "../../crud/definition.ts";
import { gapFor, placedIn, UNPLACED } from "../../crud/placement.ts";
import { crudService } from "../../crud/service.ts";
import { entityTable } from "../../crud/table.ts";
import type { ServiceDeps } from "../../deps.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { columnTable } from "../columns/service.ts";
import { labelTable } from "../labels/service.ts";
import { membersOf } from "../members/service.ts";
import { tasksOf } from "../tasks/service.ts";
import type { SnapshotCache } from "./snapshot-cache.ts";

const boardTable = entityTable(boards);

export const boardService = crudService(
  boards,
  { summaries: { create: "Make an empty board", delete: "Delete a board with all that is on it" } },
  boardTable,
);

/** Inserts a board behind the others of its team; the caller emits its event. */
export const addBoard = async (context: CommandContext, id: BoardId, input: CreateBoard): Promise<Board> => {
  const { tx, tenantId, userId: by, at } = context;
  const scope = { teamId: tenantId };
  const draft = freshEntity(boards, input, { id, scope, rank: UNPLACED, by, at, version: context.nextVersion() });
  const gap = await gapFor(tx, boards, draft, {});
  const board = await placedIn(context, { definition: boards, table: boardTable }, draft, gap);
  await boardTable.insert(tx, [board]);
  return board;
};

export type BoardDeps = ServiceDeps & { readonly snapshots: SnapshotCache };

/** The snapshot of a board as JSON text; archived tasks are left out. */
export const getBoard = async (deps: BoardDeps, scope: Scope, boardId: BoardId): Promise<Reply<string>> => {
  const access = {
    right: "boards.read",
    tenantOf: (tx: Executor) => teamOf(tx, "boards", boardId),
  } as const;
  const cached = await runRead(deps, scope, {
    ...access,
    run: async (_, head) => deps.snapshots.local(boardId, formatPosition(head)),
  });
  const { position } = cached;
  const text = cached.body ?? (position === null ? null : await deps.snapshots.shared(boardId, position));
  if (text !== null) return { ...cached, body: text };
  return runRead(deps, scope, {
    ...access,
    isFree: true,
    run: ({ tx, tenantId }, head) =>
      deps.snapshots.compute(boardId, formatPosition(head), async () => {
        const board = await boardTable.find(tx, boardId);
        if (board === null) throw notFound();
        const snapshot: BoardSnapshot = {
          ...board,
          columns: await columnTable.list(tx, { where: { boardId } }),
          tasks: await tasksOf(tx, boardId),
          labels: await labelTable.list(tx, { where: { boardId } }),
          members: await membersOf(tx, tenantId),
        };
        return JSON.stringify(snapshot);
      }),
  });
};

/** The position of a board's team, for a reader of the board. Answers `If-None-Match` without reading the board. */
export const getBoardPosition = async (deps: ServiceDeps, scope: Scope, boardId: BoardId): Promise<string | null> => {
  const { position } = await runRead(deps, scope, {
    right: "boards.read",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    isFree: true,
    run: async () => null,
  });
  return position;
};
