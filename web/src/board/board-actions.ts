import type { z } from "zod";
import { ApiProblem } from "../../../client/browser/api-client.ts";
import { type Intent, subjectOf } from "../../../client/sync/mutations.ts";
import type { Runtime } from "../../../client/sync/sync-engine.ts";
import { taskIn } from "../../../client/sync/task-table.ts";
import { type UpdateBoard, updateBoardSchema } from "../../../shared/boards.ts";
import {
  type CreateColumn,
  createColumnSchema,
  type MoveColumn,
  type UpdateColumn,
  updateColumnSchema,
} from "../../../shared/columns.ts";
import {
  type ColumnId,
  columnIdSchema,
  type LabelId,
  labelIdSchema,
  type TaskId,
  taskIdSchema,
} from "../../../shared/ids.ts";
import { type CreateLabel, createLabelSchema, type UpdateLabel, updateLabelSchema } from "../../../shared/labels.ts";
import {
  type CreateTask,
  createTaskSchema,
  type MoveTask,
  type Task,
  type UpdateTask,
  updateTaskSchema,
} from "../../../shared/tasks.ts";

/** Every call shows its effect at once and is sent in the background; a refusal appears in `useRefused`. */
export type BoardActions = {
  readonly createTask: (input: Omit<CreateTask, "id">) => TaskId;
  /** With `base` it is refused when a text is no longer what it was when the writing of the new one began. */
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

/** The version of a task, and what its texts were when the writing of others began. */
export type TextBase = {
  readonly version: number;
  readonly texts: { readonly title?: string; readonly description?: string };
};

const invalid = ({ issues }: z.ZodError): ApiProblem =>
  new ApiProblem(
    "INVALID",
    422,
    issues.map(({ message }) => message).join("; "),
    issues.map(({ path, message }) => ({ path: path.join("."), message })),
  );

const titleOf = (runtime: Runtime, intent: Intent): string => {
  if (intent.kind === "board.create") return intent.name;
  if ("input" in intent) return "title" in intent.input ? intent.input.title : intent.input.name;
  if ("archived" in intent && intent.archived) return intent.archived.title;
  const state = runtime.viewBoard(intent.boardId);
  if (state === null) return "";
  const id = subjectOf(intent);
  const named = state.columns.get(id) ?? state.labels.get(id) ?? (state.board.id === id ? state.board : undefined);
  return taskIn(state.tasks, id)?.title ?? named?.name ?? "";
};

/** Puts an intent on its way. */
export const propose = (runtime: Runtime, intent: Intent): void => runtime.outbox.add(intent, titleOf(runtime, intent));

/** What the schema refuses needs no server to be refused. */
export const proposeValid = <Schema extends z.ZodType>(
  runtime: Runtime,
  schema: Schema,
  input: unknown,
  make: (input: z.infer<Schema>) => Intent,
  raw: Intent,
): void => {
  const parsed = schema.safeParse(input);
  if (parsed.success) propose(runtime, make(parsed.data));
  else runtime.outbox.refuse(raw, titleOf(runtime, raw), invalid(parsed.error));
};

export const boardActions = (runtime: Runtime, boardId: string): BoardActions => {
  const at = () => new Date(runtime.clock.now()).toISOString();

  return {
    createTask: (input) => {
      const id = taskIdSchema.parse(runtime.newEntityId());
      const by = runtime.me()?.user.id ?? null;
      const intentOf = (valid: CreateTask): Intent => ({
        kind: "task.create",
        boardId,
        input: { ...valid, id },
        by,
        at: at(),
      });
      proposeValid(runtime, createTaskSchema, input, intentOf, intentOf(input));
      return id;
    },
    updateTask: (id, change, base) => {
      const intentOf = (valid: UpdateTask): Intent => ({
        kind: "task.update",
        boardId,
        id,
        change: valid,
        at: at(),
        ifVersion: base?.version ?? null,
        ...(base === undefined ? {} : { base: base.texts }),
      });
      proposeValid(runtime, updateTaskSchema, change, intentOf, intentOf(change));
    },
    moveTask: (id, move) => propose(runtime, { kind: "task.move", boardId, id, move }),
    deleteTask: (id) => propose(runtime, { kind: "task.delete", boardId, id }),
    restoreTask: (task) =>
      propose(runtime, {
        kind: "task.update",
        boardId,
        id: task.id,
        change: { archived: false },
        at: at(),
        ifVersion: null,
        archived: task,
      }),
    deleteArchivedTask: (task) => propose(runtime, { kind: "task.delete", boardId, id: task.id, archived: task }),
    createColumn: (input) => {
      const id = columnIdSchema.parse(runtime.newEntityId());
      const intentOf = (valid: CreateColumn): Intent => ({
        kind: "column.create",
        boardId,
        input: { ...valid, id },
        at: at(),
      });
      proposeValid(runtime, createColumnSchema, input, intentOf, intentOf(input));
      return id;
    },
    updateColumn: (id, change) => {
      const intentOf = (valid: UpdateColumn): Intent => ({ kind: "column.update", boardId, id, change: valid });
      proposeValid(runtime, updateColumnSchema, change, intentOf, intentOf(change));
    },
    moveColumn: (id, move) => propose(runtime, { kind: "column.move", boardId, id, move }),
    deleteColumn: (id) => propose(runtime, { kind: "column.delete", boardId, id }),
    createLabel: (input) => {
      const id = labelIdSchema.parse(runtime.newEntityId());
      const intentOf = (valid: CreateLabel): Intent => ({ kind: "label.create", boardId, input: { ...valid, id } });
      proposeValid(runtime, createLabelSchema, input, intentOf, intentOf(input));
      return id;
    },
    updateLabel: (id, change) => {
      const intentOf = (valid: UpdateLabel): Intent => ({ kind: "label.update", boardId, id, change: valid });
      proposeValid(runtime, updateLabelSchema, change, intentOf, intentOf(change));
    },
    deleteLabel: (id) => propose(runtime, { kind: "label.delete", boardId, id }),
    updateBoard: (change) => {
      const intentOf = (valid: UpdateBoard): Intent => ({ kind: "board.update", boardId, change: valid, at: at() });
      proposeValid(runtime, updateBoardSchema, change, intentOf, intentOf(change));
    },
  };
};
