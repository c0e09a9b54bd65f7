import { entityActions, type TextBase } from "../../../client/sync/entity-actions.ts";
import type { SyncEngine } from "../../../client/sync/sync-engine.ts";
import { boards, type UpdateBoard } from "../../../shared/boards.ts";
import { type CreateColumn, columns, type MoveColumn, type UpdateColumn } from "../../../shared/columns.ts";
import {
  type ColumnId,
  columnIdSchema,
  type LabelId,
  labelIdSchema,
  type TaskId,
  taskIdSchema,
} from "../../../shared/ids.ts";
import { type CreateLabel, labels, type UpdateLabel } from "../../../shared/labels.ts";
import { type CreateTask, type MoveTask, type Task, tasks, type UpdateTask } from "../../../shared/tasks.ts";
import { boardRef } from "../entities/snapshots.ts";

/** Every call shows its effect at once and is sent in the background; a refusal appears in `useRefused`. */
export type BoardActions = {
  readonly createTask: (input: Omit<CreateTask, "id">) => TaskId;
  /** With `base` the server refuses it when another person has changed one of the texts since. */
  readonly updateTask: (id: string, change: UpdateTask, base?: TextBase) => void;
  readonly moveTask: (id: string, move: MoveTask) => void;
  readonly deleteTask: (id: string) => void;
  /** Takes an archived task, which the board does not hold, back onto it. */
  readonly restoreTask: (task: Task) => void;
  readonly deleteArchivedTask: (task: Task) => void;
  readonly createColumn: (input: Omit<CreateColumn, "id">) => ColumnId;
  readonly updateColumn: (id: string, change: UpdateColumn) => void;
  readonly moveColumn: (id: string, move: MoveColumn) => void;
  readonly deleteColumn: (id: string) => void;
  readonly createLabel: (input: Omit<CreateLabel, "id">) => LabelId;
  readonly updateLabel: (id: string, change: UpdateLabel) => void;
  readonly deleteLabel: (id: string) => void;
  readonly updateBoard: (change: UpdateBoard) => void;
};

export const boardActions = (engine: SyncEngine, boardId: string): BoardActions => {
  const team = () => {
    const teamId = engine.confirmed(boardRef(boardId))?.tenantId;
    return teamId === undefined ? {} : { team: teamId };
  };
  const onBoard = () => ({ ...team(), board: boardId });
  const task = entityActions(engine, tasks, onBoard);
  const column = entityActions(engine, columns, onBoard);
  const label = entityActions(engine, labels, onBoard);
  const board = entityActions(engine, boards, team);
  return {
    createTask: (input) => taskIdSchema.parse(task.create(input)),
    updateTask: task.update,
    moveTask: task.move,
    deleteTask: task.delete,
    restoreTask: (archived) => task.updateKnown(archived, { archived: false }),
    deleteArchivedTask: task.deleteKnown,
    createColumn: (input) => columnIdSchema.parse(column.create(input)),
    updateColumn: column.update,
    moveColumn: column.move,
    deleteColumn: column.delete,
    createLabel: (input) => labelIdSchema.parse(label.create(input)),
    updateLabel: label.update,
    deleteLabel: label.delete,
    updateBoard: (change) => board.update(boardId, change),
  };
};
