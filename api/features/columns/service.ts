import type { Executor } from "../../../platform/db/db.ts";
import type { Column, CreateColumn, MoveColumn, UpdateColumn } from "../../../shared/columns.ts";
import type { BoardId, ColumnId } from "../../../shared/ids.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { notFound } from "../../app-error.ts";
import { differs, sent } from "../../changes.ts";
import { type Change, type Reply, requireVersion, runCommand, runRead, teamOf } from "../../command.ts";
import { claimId, createdBefore } from "../../created-ids.ts";
import type { ServiceDeps } from "../../deps.ts";
import { assignRank, findGap, liesIn, type Siblings } from "../../ordering.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import type { Scope } from "../../scope.ts";
import { deleteColumnRow, findColumn, insertColumns, listColumns as queryColumns, updateColumnRow } from "./queries.ts";

export const columnsOf = (tx: Executor, boardId: string): Promise<Column[]> => queryColumns(tx, boardId);

/** Adds the columns of a new board. */
export const addColumns = insertColumns;

const columnOr404 = async (tx: Executor, columnId: string): Promise<Column> => {
  const column = await findColumn(tx, columnId);
  if (column === null) throw notFound();
  return column;
};

const siblingsOn = (boardId: string): Siblings => ({ table: "columns", parentColumn: "board_id", parentId: boardId });

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
    run: async (change) => {
      const id = input.id ?? (deps.newId() as ColumnId);
      if ((await claimId(change, scope, { id, kind: "column", parentId: boardId })) === "again") {
        return createdBefore(await findColumn(change.tx, id));
      }
      const rank = await place(change, boardId, id, {});
      const column: Column = {
        id,
        boardId,
        teamId: change.tenantId,
        name: input.name,
        color: input.color ?? null,
        wipLimit: input.wipLimit ?? null,
        rank,
        createdAt: change.at,
        updatedAt: change.at,
        version: change.nextVersion(),
      };
      await insertColumns(change.tx, [column]);
      change.emit("COLUMN_CREATED", column);
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
    run: async (change) => {
      const before = await columnOr404(change.tx, columnId);
      requireVersion(scope, before.version);
      const after: Column = { ...before, ...sent(input), updatedAt: change.at, version: change.nextVersion() };
      if (!differs(before, after)) return { body: before };
      await updateColumnRow(change.tx, after);
      change.emit("COLUMN_UPDATED", after);
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
    run: async (change) => {
      const before = await columnOr404(change.tx, columnId);
      requireVersion(scope, before.version);
      const gap = await findGap(change.tx, siblingsOn(before.boardId), columnId, input);
      if (liesIn(before.rank, gap)) return { body: before };
      const rank = await place(change, before.boardId, columnId, input);
      const after: Column = { ...before, rank, updatedAt: change.at, version: change.nextVersion() };
      await updateColumnRow(change.tx, after);
      change.emit("COLUMN_MOVED", after);
      return { body: after };
    },
  });

/** Deletes a column with its tasks; the one event implies them. */
export const deleteColumn = (deps: ServiceDeps, scope: Scope, columnId: ColumnId): Promise<Reply<Column>> =>
  runCommand(deps, scope, {
    right: "columns.write",
    tenantOf: (tx) => teamOf(tx, "columns", columnId),
    run: async (change) => {
      const column = await columnOr404(change.tx, columnId);
      requireVersion(scope, column.version);
      await deleteColumnRow(change.tx, columnId);
      change.emit("COLUMN_DELETED", column);
      return { body: column };
    },
  });

/** The rank for a place; neighbours that had to make room are announced as moved. */
const place = async (
  change: Change,
  boardId: string,
  columnId: string,
  placement: Pick<MoveColumn, "beforeId" | "afterId">,
): Promise<string> => {
  const siblings = siblingsOn(boardId);
  const gap = await findGap(change.tx, siblings, columnId, placement);
  const { rank, respread } = await assignRank(change.tx, siblings, columnId, gap);
  for (const { id } of respread) {
    const column = { ...(await columnOr404(change.tx, id)), updatedAt: change.at, version: change.nextVersion() };
    await updateColumnRow(change.tx, column);
    change.emit("COLUMN_MOVED", column);
  }
  return rank;
};
