import { boards } from "../../../shared/boards.ts";
import { type Column, columns } from "../../../shared/columns.ts";
import type { CreationContext } from "../../../shared/entities/define-entity.ts";
import { type BoardId, boardIdSchema, type ImportId, importIdSchema, type TeamId } from "../../../shared/ids.ts";
import type { Import } from "../../../shared/imports.ts";
import { type Label, labels } from "../../../shared/labels.ts";
import { ranksBetween } from "../../../shared/rank.ts";
import { type Task, tasks } from "../../../shared/tasks.ts";
import { teamOf } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import { type CommandContext, runCommand } from "../../command.ts";
import { recordIds } from "../../created-ids.ts";
import { freshEntity } from "../../crud/definition.ts";
import type { ServiceDeps } from "../../deps.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { addBoard } from "../boards/service.ts";
import { columnTable } from "../columns/service.ts";
import { labelTable } from "../labels/service.ts";
import { addTasks } from "../tasks/service.ts";
import { findImport, insertImport } from "./queries.ts";
import type { ImportedBoard } from "./trello.ts";

/** Creates a whole board in one transaction with one event: it appears at once for everyone, or not at all. */
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
      const boardId = boardIdSchema.parse(deps.newId());
      const board = await addBoard(context, boardId, {
        name: input.name ?? imported.name,
        description: imported.description,
      });
      const making: Making = { deps, context, boardId };
      const made = { columns: toColumns(making, imported), labels: toLabels(making, imported) };
      const madeTasks = toTasks(making, imported, made);
      await columnTable.insert(context.tx, made.columns);
      await labelTable.insert(context.tx, made.labels);
      await addTasks(context.tx, madeTasks);
      await recordIds(context, [
        { kind: "board", parentId: teamId, ids: [board.id] },
        { kind: "column", parentId: board.id, ids: made.columns.map(({ id }) => id) },
        { kind: "label", parentId: board.id, ids: made.labels.map(({ id }) => id) },
        { kind: "task", parentId: board.id, ids: madeTasks.map(({ id }) => id) },
      ]);
      context.emit(boards, "IMPORTED", board);
      const entry: Import = {
        id: importIdSchema.parse(deps.newId()),
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

/** Data that all entities of an imported board share. */
type Making = { readonly deps: ServiceDeps; readonly context: CommandContext; readonly boardId: BoardId };

const creation = ({ deps, context, boardId }: Making, rank = ""): CreationContext => ({
  id: deps.newId(),
  scope: { teamId: context.tenantId, boardId },
  rank,
  by: context.userId,
  at: context.at,
  version: context.nextVersion(),
});

const toColumns = (making: Making, imported: ImportedBoard): Column[] => {
  const ranks = ranksBetween(null, null, imported.columns.length);
  return imported.columns.map((column, index) => freshEntity(columns, column, creation(making, ranks[index])));
};

const toLabels = (making: Making, imported: ImportedBoard): Label[] =>
  imported.labels.map((label) => freshEntity(labels, label, creation(making)));

const toTasks = (
  making: Making,
  imported: ImportedBoard,
  made: { readonly columns: readonly Column[]; readonly labels: readonly Label[] },
): Task[] => {
  const ranks = made.columns.map((_, index) =>
    ranksBetween(null, null, imported.tasks.filter((task) => task.column === index).length),
  );
  return imported.tasks.flatMap((task): Task[] => {
    const column = made.columns[task.column];
    const rank = ranks[task.column]?.shift();
    if (column === undefined || rank === undefined) return [];
    const { title, description, color, dueAt, startAt } = task;
    const labelIds = task.labels.flatMap((index) => made.labels[index]?.id ?? []);
    const input = { columnId: column.id, title, description, color, labelIds, dueAt, startAt };
    const fresh = freshEntity(tasks, input, creation(making, rank));
    return [{ ...fresh, archivedAt: task.archivedAt, createdAt: task.createdAt ?? fresh.createdAt }];
  });
};
