import type { Executor } from "../../../platform/db/db.ts";
import {
  type Column,
  type CreateColumn,
  columns,
  type MoveColumn,
  type UpdateColumn,
} from "../../../shared/columns.ts";
import { given } from "../../../shared/entities/define-entity.ts";
import type { BoardId, ColumnId } from "../../../shared/ids.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { teamOf } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import { type CommandContext, runCommand } from "../../command.ts";
import { claimId, createdBefore } from "../../created-ids.ts";
import type { ServiceDeps } from "../../deps.ts";
import { assignRank, findGap, liesIn, type Siblings } from "../../ordering.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { differs, requireVersion } from "../../versions.ts";
import { deleteColumnRow, findColumn, insertColumns, listColumns as queryColumns, updateColumnRow } from "./queries.ts";

export const columnsOf = (tx: Executor, boardId: BoardId): Promise<Column[]> => queryColumns(tx, boardId);

/** Adds the columns of a new board. */
export const addColumns = insertColumns;

const columnOr404 = async (tx: Executor, columnId: ColumnId): Promise<Column> => {
  const column = await findColumn(tx, columnId);
  if (column === null) throw notFound();
  return column;
};

const siblingsOn = (boardId: BoardId): Siblings => ({ table: "columns", column: "board_id", containerId: boardId });

export const listColumns = (
  deps: ServiceDeps,
  scope: Scope,
  boardId: BoardId,
  query: PageQuery,
): Promise<Reply<Page<Column>>> =>
  runRead(deps, scope, {
    right: "columns.read",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async ({ tx }) => {
      const after = decodeCursor(query.cursor, 2);
      const columns = await queryColumns(tx, boardId, { after, limit: query.limit });
      return toPage(columns, query.limit, (column) => [column.rank, column.id]);
    },
  });

export const createColumn = (
  deps: ServiceDeps,
  scope: Scope,
  boardId: BoardId,
  input: CreateColumn,
): Promise<Reply<Column>> =>
  runCommand(deps, scope, {
    right: "columns.write",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async (context) => {
      const id = input.id ?? (deps.newId() as ColumnId);
      if ((await claimId(context, { id, kind: "column", parentId: boardId })) === "again") {
        return createdBefore(await findColumn(context.tx, id));
      }
      const rank = await place(context, boardId, id, {});
      const column: Column = {
        id,
        boardId,
        teamId: context.tenantId,
        name: input.name,
        color: input.color ?? null,
        wipLimit: input.wipLimit ?? null,
        rank,
        createdAt: context.at,
        updatedAt: context.at,
        version: context.nextVersion(),
      };
      await insertColumns(context.tx, [column]);
      context.emit(columns, "CREATED", column);
      return { status: 201, body: column };
    },
  });

export const updateColumn = (
  deps: ServiceDeps,
  scope: Scope,
  columnId: ColumnId,
  input: UpdateColumn,
): Promise<Reply<Column>> =>
  runCommand(deps, scope, {
    right: "columns.write",
    tenantOf: (tx) => teamOf(tx, "columns", columnId),
    run: async (context) => {
      const before = await columnOr404(context.tx, columnId);
      requireVersion(scope, before.version);
      const after: Column = { ...before, ...given(input), updatedAt: context.at, version: context.nextVersion() };
      if (!differs(before, after)) return { body: before };
      await updateColumnRow(context.tx, after);
      context.emit(columns, "UPDATED", after);
      return { body: after };
    },
  });

export const moveColumn = (
  deps: ServiceDeps,
  scope: Scope,
  columnId: ColumnId,
  input: MoveColumn,
): Promise<Reply<Column>> =>
  runCommand(deps, scope, {
    right: "columns.write",
    tenantOf: (tx) => teamOf(tx, "columns", columnId),
    run: async (context) => {
      const before = await columnOr404(context.tx, columnId);
      requireVersion(scope, before.version);
      const gap = await findGap(context.tx, siblingsOn(before.boardId), columnId, input);
      if (liesIn(before.rank, gap)) return { body: before };
      const rank = await place(context, before.boardId, columnId, input);
      const after: Column = { ...before, rank, updatedAt: context.at, version: context.nextVersion() };
      await updateColumnRow(context.tx, after);
      context.emit(columns, "MOVED", after);
      return { body: after };
    },
  });

/** Deletes a column with its tasks; the one event implies them. */
export const deleteColumn = (deps: ServiceDeps, scope: Scope, columnId: ColumnId): Promise<Reply<Column>> =>
  runCommand(deps, scope, {
    right: "columns.write",
    tenantOf: (tx) => teamOf(tx, "columns", columnId),
    run: async (context) => {
      const column = await columnOr404(context.tx, columnId);
      requireVersion(scope, column.version);
      await deleteColumnRow(context.tx, columnId);
      context.emit(columns, "DELETED", column);
      return { body: column };
    },
  });

/** The rank for a place; neighbours that had to make room are announced as moved. */
const place = async (
  context: CommandContext,
  boardId: BoardId,
  columnId: ColumnId,
  placement: Pick<MoveColumn, "beforeId" | "afterId">,
): Promise<string> => {
  const siblings = siblingsOn(boardId);
  const gap = await findGap(context.tx, siblings, columnId, placement);
  const { rank, respread } = await assignRank(context.tx, siblings, columnId, gap);
  for (const { id } of respread) {
    const column = {
      ...(await columnOr404(context.tx, id as ColumnId)),
      updatedAt: context.at,
      version: context.nextVersion(),
    };
    await updateColumnRow(context.tx, column);
    context.emit(columns, "MOVED", column);
  }
  return rank;
};
