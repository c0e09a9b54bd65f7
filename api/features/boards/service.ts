import type { Executor } from "../../../platform/db/db.ts";
import { type Board, type BoardSnapshot, boards, type CreateBoard, type UpdateBoard } from "../../../shared/boards.ts";
import { given } from "../../../shared/entities/define-entity.ts";
import type { BoardId, TeamId } from "../../../shared/ids.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { formatPosition } from "../../../shared/protocol/position.ts";
import { rankBetween } from "../../../shared/rank.ts";
import { teamOf } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import { type CommandContext, runCommand } from "../../command.ts";
import { claimId, createdBefore } from "../../created-ids.ts";
import type { ServiceDeps } from "../../deps.ts";
import { findGap } from "../../ordering.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { differs, requireVersion } from "../../versions.ts";
import { columnTable } from "../columns/service.ts";
import { labelTable } from "../labels/service.ts";
import { membersOf } from "../members/service.ts";
import { tasksOf } from "../tasks/service.ts";
import { deleteBoardRow, findBoard, insertBoard, listBoards as queryBoards, updateBoardRow } from "./queries.ts";
import type { SnapshotCache } from "./snapshot-cache.ts";

const boardOr404 = async (tx: Executor, boardId: BoardId): Promise<Board> => {
  const board = await findBoard(tx, boardId);
  if (board === null) throw notFound();
  return board;
};

export const listBoards = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  query: PageQuery,
): Promise<Reply<Page<Board>>> =>
  runRead(deps, scope, {
    right: "boards.read",
    tenantOf: async () => teamId,
    run: async ({ tx }) => {
      const after = decodeCursor(query.cursor, 2);
      const boards = await queryBoards(tx, teamId, { after, limit: query.limit });
      return toPage(boards, query.limit, (board) => [board.rank, board.id]);
    },
  });

/** A board at the end of its team's boards, not yet announced. */
export const newBoard = async (
  context: CommandContext,
  input: { readonly id: BoardId; readonly name: string; readonly description: string },
): Promise<Board> => {
  const siblings = { table: "boards", column: "team_id", containerId: context.tenantId } as const;
  const gap = await findGap(context.tx, siblings, input.id, {});
  const board: Board = {
    ...input,
    teamId: context.tenantId,
    rank: rankBetween(gap.after?.rank ?? null, null),
    archivedAt: null,
    createdAt: context.at,
    updatedAt: context.at,
    version: context.nextVersion(),
  };
  await insertBoard(context.tx, board);
  return board;
};

export const createBoard = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  input: CreateBoard,
): Promise<Reply<Board>> =>
  runCommand(deps, scope, {
    right: "boards.write",
    tenantOf: async () => teamId,
    run: async (context) => {
      const id = input.id ?? (deps.newId() as BoardId);
      if ((await claimId(context, { id, kind: "board", parentId: teamId })) === "again") {
        return createdBefore(await findBoard(context.tx, id));
      }
      const board = await newBoard(context, { id, name: input.name, description: input.description ?? "" });
      context.emit(boards, "CREATED", board);
      return { status: 201, body: board };
    },
  });

export type BoardDeps = ServiceDeps & { readonly snapshots: SnapshotCache };

/** The whole board as of one position, without its archived tasks, as JSON text. */
export const getBoard = async (deps: BoardDeps, scope: Scope, boardId: BoardId): Promise<Reply<string>> => {
  const access = {
    right: "boards.read",
    tenantOf: (tx: Executor) => teamOf(tx, "boards", boardId),
  } as const;
  const known = await runRead(deps, scope, {
    ...access,
    run: async (_, head) => deps.snapshots.kept(boardId, formatPosition(head)),
  });
  const { position } = known;
  const found = known.body ?? (position === null ? null : await deps.snapshots.shared(boardId, position));
  if (found !== null) return { ...known, body: found };
  return runRead(deps, scope, {
    ...access,
    isFree: true,
    run: ({ tx, tenantId }, head) =>
      deps.snapshots.computed(boardId, formatPosition(head), async () => {
        const snapshot: BoardSnapshot = {
          ...(await boardOr404(tx, boardId)),
          columns: await columnTable.list(tx, { where: { boardId } }),
          tasks: await tasksOf(tx, boardId),
          labels: await labelTable.list(tx, { where: { boardId } }),
          members: await membersOf(tx, tenantId),
        };
        return JSON.stringify(snapshot);
      }),
  });
};

/** The position of a board's team, after the rights: enough to answer `If-None-Match` without reading the board. */
export const getBoardPosition = async (deps: ServiceDeps, scope: Scope, boardId: BoardId): Promise<string | null> =>
  (
    await runRead(deps, scope, {
      right: "boards.read",
      tenantOf: (tx) => teamOf(tx, "boards", boardId),
      isFree: true,
      run: async () => null,
    })
  ).position;

export const updateBoard = (
  deps: ServiceDeps,
  scope: Scope,
  boardId: BoardId,
  { archived, ...fields }: UpdateBoard,
): Promise<Reply<Board>> =>
  runCommand(deps, scope, {
    right: "boards.write",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async (context) => {
      const before = await boardOr404(context.tx, boardId);
      requireVersion(scope, before.version);
      const after: Board = {
        ...before,
        ...given(fields),
        archivedAt: archived === undefined ? before.archivedAt : archived ? (before.archivedAt ?? context.at) : null,
        updatedAt: context.at,
        version: context.nextVersion(),
      };
      if (!differs(before, after)) return { body: before };
      await updateBoardRow(context.tx, after);
      context.emit(boards, "UPDATED", after);
      return { body: after };
    },
  });

/** Deletes a board with its columns, tasks and labels; the one event implies all of them. */
export const deleteBoard = (deps: ServiceDeps, scope: Scope, boardId: BoardId): Promise<Reply<Board>> =>
  runCommand(deps, scope, {
    right: "boards.write",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async (context) => {
      const board = await boardOr404(context.tx, boardId);
      requireVersion(scope, board.version);
      await deleteBoardRow(context.tx, boardId);
      context.emit(boards, "DELETED", board);
      return { body: board };
    },
  });
