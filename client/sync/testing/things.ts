import { type Board, boardSchema } from "../../../shared/boards.ts";
import { type Column, columnSchema } from "../../../shared/columns.ts";
import type { Action } from "../../../shared/events.ts";
import { columnIdSchema, taskIdSchema } from "../../../shared/ids.ts";
import { type Label, labelSchema } from "../../../shared/labels.ts";
import { type Member, memberSchema } from "../../../shared/members.ts";
import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import { type Task, taskSchema } from "../../../shared/tasks.ts";
import type { Intent } from "../mutations.ts";
import { type BoardState, boardStateOf } from "../snapshots.ts";

/** A UUIDv7 that a number decides. */
export const idOf = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;

export const TEAM_ID = idOf(1);
export const BOARD_ID = idOf(2);
export const USER_ID = idOf(3);
export const TODO = idOf(11);
export const DOING = idOf(12);

export const AT = "2026-01-01T00:00:00.000Z";
const stamps = { teamId: TEAM_ID, createdAt: AT, updatedAt: AT };

export const board = (fields: Record<string, unknown> = {}): Board =>
  boardSchema.parse({
    id: BOARD_ID,
    ...stamps,
    name: "Board",
    description: "",
    rank: "a0",
    archivedAt: null,
    version: 1,
    ...fields,
  });

export const column = (id: string, fields: Record<string, unknown> = {}): Column =>
  columnSchema.parse({
    id,
    boardId: BOARD_ID,
    ...stamps,
    name: "Column",
    color: null,
    wipLimit: null,
    rank: "a0",
    version: 1,
    ...fields,
  });

export const label = (id: string, fields: Record<string, unknown> = {}): Label =>
  labelSchema.parse({ id, boardId: BOARD_ID, teamId: TEAM_ID, name: "Label", color: null, version: 1, ...fields });

export const member = (userId: string, fields: Record<string, unknown> = {}): Member =>
  memberSchema.parse({
    userId,
    teamId: TEAM_ID,
    name: "Somebody",
    email: "s@example.org",
    image: null,
    role: "member",
    joinedAt: AT,
    version: 1,
    ...fields,
  });

export const task = (id: string, fields: Record<string, unknown> = {}): Task =>
  taskSchema.parse({
    id,
    boardId: BOARD_ID,
    columnId: TODO,
    ...stamps,
    title: "Task",
    description: "",
    color: null,
    labelIds: [],
    assigneeIds: [],
    dueAt: null,
    startAt: null,
    rank: "a0",
    archivedAt: null,
    createdBy: USER_ID,
    version: 1,
    ...fields,
  });

/** A board with two columns and the tasks given, at seq 10. */
export const boardState = (tasks: readonly Task[] = [], fields: Partial<BoardState> = {}): BoardState => ({
  ...boardStateOf(
    {
      ...board(),
      columns: [column(TODO, { rank: "a0" }), column(DOING, { rank: "a1" })],
      tasks: [...tasks],
      labels: [],
      members: [member(USER_ID)],
    },
    { position: { epoch: "e1", seq: 10 }, begun: 0, etag: null },
    undefined,
  ),
  ...fields,
});

export const message = (
  seq: number,
  action: Action | "LATER_ACTION",
  data: Record<string, unknown>,
  fields: Partial<SequencedMessage> = {},
): SequencedMessage => ({
  type: "message",
  tenantId: TEAM_ID,
  initiatorId: USER_ID,
  action,
  data,
  seq,
  epoch: "e1",
  at: AT,
  ...fields,
});

/** What somebody does to a task. */
export const renaming = (id: string, title: string): Extract<Intent, { kind: "task.update" }> => ({
  kind: "task.update",
  boardId: BOARD_ID,
  id,
  change: { title },
  at: AT,
  ifVersion: null,
});

export const creating = (id: string): Intent => ({
  kind: "task.create",
  boardId: BOARD_ID,
  input: { id: taskIdSchema.parse(id), columnId: columnIdSchema.parse(TODO), title: "New" },
  by: USER_ID,
  at: AT,
});

export const moving = (id: string, columnId: string): Intent => ({
  kind: "task.move",
  boardId: BOARD_ID,
  id,
  move: { columnId: columnIdSchema.parse(columnId) },
});
