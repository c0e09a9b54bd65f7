import { boards } from "../../../shared/boards.ts";
import type { Column } from "../../../shared/columns.ts";
import type { BoardId, ColumnId, ImportId, LabelId, TaskId, TeamId } from "../../../shared/ids.ts";
import type { Import } from "../../../shared/imports.ts";
import type { Label } from "../../../shared/labels.ts";
import { ranksBetween } from "../../../shared/rank.ts";
import type { Task } from "../../../shared/tasks.ts";
import { teamOf } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import { type CommandContext, runCommand } from "../../command.ts";
import { recordIds } from "../../created-ids.ts";
import type { ServiceDeps } from "../../deps.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { newBoard } from "../boards/service.ts";
import { columnTable } from "../columns/service.ts";
import { labelTable } from "../labels/service.ts";
import { addTasks } from "../tasks/service.ts";
import { findImport, insertImport } from "./queries.ts";
import type { ImportedBoard } from "./trello.ts";

/** Makes a whole board in one transaction with one event, so that it appears at once, for everyone, or not at all. */
export const importBoard = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  input: { readonly name: string | undefined; readonly board: ImportedBoard },
): Promise<Reply<Import>> =>
  runCommand(deps, scope, {
    right: "imports.create",
    tenantOf: async () => teamId,
    run: async (context) => {
      const { board: imported } = input;
      const board = await newBoard(context, {
        id: deps.newId() as BoardId,
        name: input.name ?? imported.name,
        description: imported.description,
      });
      const columns = toColumns(deps, context, board.id, imported);
      const labels = toLabels(deps, context, board.id, imported);
      const tasks = toTasks(deps, context, scope, imported, columns, labels);
      await columnTable.insert(context.tx, columns);
      await labelTable.insert(context.tx, labels);
      await addTasks(context.tx, tasks);
      await recordIds(context, [
        { kind: "board", parentId: teamId, ids: [board.id] },
        { kind: "column", parentId: board.id, ids: columns.map((column) => column.id) },
        { kind: "label", parentId: board.id, ids: labels.map((label) => label.id) },
        { kind: "task", parentId: board.id, ids: tasks.map((task) => task.id) },
      ]);
      context.emit(boards, "IMPORTED", board);
      const entry: Import = {
        id: deps.newId() as ImportId,
        status: "completed",
        boardId: board.id,
        counts: imported.counts,
      };
      await insertImport(context.tx, { teamId, createdBy: scope.userId, createdAt: context.at, entry });
      return { status: 202, body: entry };
    },
  });

export const getImport = (deps: ServiceDeps, scope: Scope, importId: ImportId): Promise<Reply<Import>> =>
  runRead(deps, scope, {
    right: "imports.read",
    tenantOf: (tx) => teamOf(tx, "imports", importId),
    run: async ({ tx }) => {
      const entry = await findImport(tx, importId);
      if (entry === null) throw notFound();
      return entry;
    },
  });

const toColumns = (deps: ServiceDeps, context: CommandContext, boardId: BoardId, imported: ImportedBoard): Column[] => {
  const ranks = ranksBetween(null, null, imported.columns.length);
  return imported.columns.map((column, index) => ({
    id: deps.newId() as ColumnId,
    boardId,
    teamId: context.tenantId,
    name: column.name,
    color: null,
    wipLimit: null,
    rank: ranks[index] ?? "",
    createdAt: context.at,
    updatedAt: context.at,
    version: context.nextVersion(),
  }));
};

const toLabels = (deps: ServiceDeps, context: CommandContext, boardId: BoardId, imported: ImportedBoard): Label[] =>
  imported.labels.map((label) => ({
    id: deps.newId() as LabelId,
    boardId,
    teamId: context.tenantId,
    name: label.name,
    color: label.color,
    version: context.nextVersion(),
  }));

const toTasks = (
  deps: ServiceDeps,
  context: CommandContext,
  scope: Scope,
  imported: ImportedBoard,
  columns: readonly Column[],
  labels: readonly Label[],
): Task[] => {
  const ranks = columns.map((_, index) =>
    ranksBetween(null, null, imported.tasks.filter((task) => task.column === index).length),
  );
  return imported.tasks.flatMap((task): Task[] => {
    const column = columns[task.column];
    const rank = ranks[task.column]?.shift();
    if (column === undefined || rank === undefined) return [];
    return [
      {
        id: deps.newId() as TaskId,
        boardId: column.boardId,
        columnId: column.id,
        teamId: context.tenantId,
        title: task.title,
        description: task.description,
        color: task.color,
        labelIds: task.labels.flatMap((index) => labels[index]?.id ?? []),
        assigneeIds: [],
        dueAt: task.dueAt,
        startAt: task.startAt,
        rank,
        archivedAt: task.archivedAt,
        createdBy: scope.userId,
        createdAt: task.createdAt ?? context.at,
        updatedAt: context.at,
        version: context.nextVersion(),
      },
    ];
  });
};
