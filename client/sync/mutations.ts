import type { z } from "zod";
import type { UpdateBoard } from "../../shared/boards.ts";
import { boardSchema } from "../../shared/boards.ts";
import type { CreateColumn, MoveColumn, UpdateColumn } from "../../shared/columns.ts";
import { columnSchema } from "../../shared/columns.ts";
import type { BoardId, ColumnId, LabelId, TaskId } from "../../shared/ids.ts";
import type { CreateLabel, UpdateLabel } from "../../shared/labels.ts";
import { labelSchema } from "../../shared/labels.ts";
import type { CreateTask, MoveTask, Task, UpdateTask } from "../../shared/tasks.ts";
import { taskSchema } from "../../shared/tasks.ts";

type Created<Input, Id> = Omit<Input, "id"> & { readonly id: Id };

/** What a person wanted. Plain data: the request and the view both follow from it, now or after a restart. */
export type Intent =
  | {
      readonly kind: "task.create";
      readonly boardId: string;
      readonly input: Created<CreateTask, TaskId>;
      readonly by: string | null;
      readonly at: string;
    }
  | {
      readonly kind: "task.update";
      readonly boardId: string;
      readonly id: string;
      readonly change: UpdateTask;
      readonly at: string;
      readonly ifVersion: number | null;
      /** What a text was when the writing of it began: one that another has changed since is not overwritten. */
      readonly base?: { readonly title?: string; readonly description?: string };
      /** An archived task, which the board does not hold: it is shown again from what is known of it. */
      readonly archived?: Task;
    }
  | { readonly kind: "task.move"; readonly boardId: string; readonly id: string; readonly move: MoveTask }
  | { readonly kind: "task.delete"; readonly boardId: string; readonly id: string; readonly archived?: Task }
  | {
      readonly kind: "column.create";
      readonly boardId: string;
      readonly input: Created<CreateColumn, ColumnId>;
      readonly at: string;
    }
  | { readonly kind: "column.update"; readonly boardId: string; readonly id: string; readonly change: UpdateColumn }
  | { readonly kind: "column.move"; readonly boardId: string; readonly id: string; readonly move: MoveColumn }
  | { readonly kind: "column.delete"; readonly boardId: string; readonly id: string }
  | { readonly kind: "label.create"; readonly boardId: string; readonly input: Created<CreateLabel, LabelId> }
  | { readonly kind: "label.update"; readonly boardId: string; readonly id: string; readonly change: UpdateLabel }
  | { readonly kind: "label.delete"; readonly boardId: string; readonly id: string }
  | {
      readonly kind: "board.create";
      readonly boardId: BoardId;
      readonly teamId: string;
      readonly name: string;
      readonly at: string;
    }
  | { readonly kind: "board.update"; readonly boardId: string; readonly change: UpdateBoard; readonly at: string }
  | { readonly kind: "board.delete"; readonly boardId: string };

export type IntentKind = Intent["kind"];

const KINDS: Readonly<Record<IntentKind, true>> = {
  "task.create": true,
  "task.update": true,
  "task.move": true,
  "task.delete": true,
  "column.create": true,
  "column.update": true,
  "column.move": true,
  "column.delete": true,
  "label.create": true,
  "label.update": true,
  "label.delete": true,
  "board.create": true,
  "board.update": true,
  "board.delete": true,
};

/** Whether this version of the page knows how to do it: another one may have put it on the device. */
export const isKnown = ({ kind }: Intent): boolean => Object.hasOwn(KINDS, kind);

export type IntentRequest = {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly schema: z.ZodType;
  readonly ifMatch?: number;
};

export const requestOf = (intent: Intent): IntentRequest => {
  switch (intent.kind) {
    case "task.create":
      return { method: "POST", path: `/boards/${intent.boardId}/tasks`, body: intent.input, schema: taskSchema };
    case "task.update":
      return {
        method: "PATCH",
        path: `/tasks/${intent.id}`,
        body: intent.change,
        schema: taskSchema,
        ...(intent.ifVersion === null ? {} : { ifMatch: intent.ifVersion }),
      };
    case "task.move":
      return { method: "POST", path: `/tasks/${intent.id}/move`, body: intent.move, schema: taskSchema };
    case "task.delete":
      return { method: "DELETE", path: `/tasks/${intent.id}`, schema: taskSchema };
    case "column.create":
      return { method: "POST", path: `/boards/${intent.boardId}/columns`, body: intent.input, schema: columnSchema };
    case "column.update":
      return { method: "PATCH", path: `/columns/${intent.id}`, body: intent.change, schema: columnSchema };
    case "column.move":
      return { method: "POST", path: `/columns/${intent.id}/move`, body: intent.move, schema: columnSchema };
    case "column.delete":
      return { method: "DELETE", path: `/columns/${intent.id}`, schema: columnSchema };
    case "label.create":
      return { method: "POST", path: `/boards/${intent.boardId}/labels`, body: intent.input, schema: labelSchema };
    case "label.update":
      return { method: "PATCH", path: `/labels/${intent.id}`, body: intent.change, schema: labelSchema };
    case "label.delete":
      return { method: "DELETE", path: `/labels/${intent.id}`, schema: labelSchema };
    case "board.create":
      return {
        method: "POST",
        path: `/teams/${intent.teamId}/boards`,
        body: { id: intent.boardId, name: intent.name },
        schema: boardSchema,
      };
    case "board.update":
      return { method: "PATCH", path: `/boards/${intent.boardId}`, body: intent.change, schema: boardSchema };
    case "board.delete":
      return { method: "DELETE", path: `/boards/${intent.boardId}`, schema: boardSchema };
  }
};

/** The entity that an intent is about. */
export const subjectOf = (intent: Intent): string => {
  switch (intent.kind) {
    case "task.create":
    case "column.create":
    case "label.create":
      return intent.input.id;
    case "task.update":
    case "task.move":
    case "task.delete":
    case "column.update":
    case "column.move":
    case "column.delete":
    case "label.update":
    case "label.delete":
      return intent.id;
    case "board.create":
    case "board.update":
    case "board.delete":
      return intent.boardId;
  }
};

export const isCreation = ({ kind }: Intent): boolean => kind.endsWith(".create");
export const isDeletion = ({ kind }: Intent): boolean => kind.endsWith(".delete");

/** What an intent changes, and what must be as it was left by the intents before. */
export type Touches = { readonly writes: readonly string[]; readonly reads: readonly string[] };

const present = (ids: readonly (string | null | undefined)[]): string[] => ids.filter((id) => typeof id === "string");

/** Two moves into one column, or two new tasks at its end, must reach the server in the order of the doing. */
const orderIn = (id: string) => `order:${id}`;

/** With a column go the tasks in it: those that were taken out of it before must have left. */
const tasksOf = (boardId: string) => `tasks:${boardId}`;

export const touchesOf = (intent: Intent): Touches => {
  const board = intent.boardId;
  switch (intent.kind) {
    case "task.create": {
      const { id, columnId, labelIds = [] } = intent.input;
      return { writes: [id, orderIn(columnId)], reads: [board, tasksOf(board), columnId, ...labelIds] };
    }
    case "task.update": {
      const { labelIds = [], addLabelIds = [], removeLabelIds = [] } = intent.change;
      const reads = [board, tasksOf(board), ...labelIds, ...addLabelIds, ...removeLabelIds];
      return { writes: [intent.id], reads };
    }
    case "task.move": {
      const { columnId, beforeId, afterId } = intent.move;
      const reads = [board, tasksOf(board), columnId, ...present([beforeId, afterId])];
      return { writes: [intent.id, orderIn(columnId)], reads };
    }
    case "task.delete":
      return { writes: [intent.id], reads: [board, tasksOf(board)] };
    case "column.create":
      return { writes: [intent.input.id, orderIn(board)], reads: [board] };
    case "column.move": {
      const { beforeId, afterId } = intent.move;
      return { writes: [intent.id, orderIn(board)], reads: [board, ...present([beforeId, afterId])] };
    }
    case "column.delete":
      return { writes: [intent.id, orderIn(intent.id), tasksOf(board)], reads: [board] };
    case "label.create":
      return { writes: [intent.input.id], reads: [board] };
    case "column.update":
    case "label.update":
    case "label.delete":
      return { writes: [intent.id], reads: [board] };
    case "board.create":
      return { writes: [board], reads: [] };
    case "board.update":
    case "board.delete":
      return { writes: [board], reads: [] };
  }
};

/** Whether the later of two intents must wait for the earlier one. */
export const mustFollow = (earlier: Touches, later: Touches): boolean =>
  earlier.writes.some((id) => later.writes.includes(id) || later.reads.includes(id)) ||
  earlier.reads.some((id) => later.writes.includes(id));
