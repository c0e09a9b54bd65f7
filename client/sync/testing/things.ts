import { type Board, boardSchema, boards } from "../../../shared/boards.ts";
import { type Column, columnSchema, columns } from "../../../shared/columns.ts";
import { ENTITIES } from "../../../shared/entities/registry.ts";
import type { Action } from "../../../shared/events.ts";
import { type Label, labelSchema, labels } from "../../../shared/labels.ts";
import { type Member, memberSchema } from "../../../shared/members.ts";
import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import { type Task, tasks as taskEntity, taskSchema } from "../../../shared/tasks.ts";
import { SNAPSHOTS } from "../../../web/src/entities/snapshots.ts";
import type { Collection } from "../collection.ts";
import { fromDocument } from "../fetch-snapshot.ts";
import type { Mutation } from "../mutation.ts";
import { SyncSchema } from "../schema.ts";
import { entitiesIn, rootIn, type Snapshot } from "../snapshot.ts";

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

export const SCHEMA = new SyncSchema(Object.values(ENTITIES), SNAPSHOTS);

/** A board's snapshot as a read shows it. */
export const snapshotOf = (
  document: Readonly<Record<string, unknown>> & { readonly id: string },
  read: Partial<Pick<Snapshot, "position" | "generation" | "etag">> = {},
): Snapshot =>
  fromDocument(SCHEMA, { kind: "board", scopeId: document.id }, document, {
    position: { epoch: "e1", seq: 10 },
    generation: 0,
    etag: null,
    ...read,
  });

export const tasksOf = (snapshot: Snapshot): Collection<Task> => entitiesIn(snapshot, taskEntity);
export const taskIn = (snapshot: Snapshot, id: string): Task | undefined => tasksOf(snapshot).get(id);
export const tasksIn = (snapshot: Snapshot, columnId: string): readonly Task[] => tasksOf(snapshot).group(columnId);
export const columnsOf = (snapshot: Snapshot): readonly Column[] =>
  entitiesIn(snapshot, columns).group(snapshot.scopeId);
export const labelsOf = (snapshot: Snapshot): readonly Label[] => [...entitiesIn(snapshot, labels).values()];
export const boardOf = (snapshot: Snapshot): Board | undefined => rootIn(snapshot, boards);

/** A board with two columns and the tasks given, at seq 10. */
export const boardState = (tasks: readonly Task[] = [], fields: Partial<Snapshot> = {}): Snapshot => ({
  ...snapshotOf({
    ...board(),
    columns: [column(TODO, { rank: "a0" }), column(DOING, { rank: "a1" })],
    tasks: [...tasks],
    labels: [],
    members: [member(USER_ID)],
  }),
  ...fields,
});

export const message = (
  seq: number,
  action: Action | "LATER_ACTION" | "TASK_FOLDED",
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

const onTask = { entity: "task", scope: { team: TEAM_ID, board: BOARD_ID }, by: USER_ID, at: AT } as const;

export const changing = (id: string, input: Mutation["input"]): Mutation => ({ ...onTask, op: "update", id, input });

export const renaming = (id: string, title: string): Mutation => changing(id, { title });

export const creating = (id: string, title = "New"): Mutation => ({
  ...onTask,
  op: "create",
  id,
  input: { columnId: TODO, title },
});

export const moving = (id: string, columnId: string, beforeId: string | null = null): Mutation => ({
  ...onTask,
  op: "move",
  id,
  input: { columnId, beforeId },
});

export const removing = (id: string): Mutation => ({ ...onTask, op: "delete", id, input: {} });

export const removingColumn = (id: string): Mutation => ({ ...removing(id), entity: "column" });
