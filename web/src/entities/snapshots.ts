import type { SnapshotDefinition } from "../../../client/sync/schema.ts";
import { listRef, type SnapshotRef } from "../../../client/sync/snapshot.ts";
import { boardSnapshotSchema, boards } from "../../../shared/boards.ts";
import { members } from "../../../shared/members.ts";
import { taskSchema } from "../../../shared/tasks.ts";

/** A board with all that is on it; archived tasks are not. */
const board: SnapshotDefinition = {
  kind: "board",
  scope: "board",
  path: (boardId) => `/boards/${boardId}`,
  document: boardSnapshotSchema,
  entities: {
    board: {},
    column: {},
    task: { holds: ({ archivedAt }) => archivedAt === null },
    label: {},
    member: {},
  },
};

/** A board's archived tasks. */
const archive: SnapshotDefinition = {
  kind: "archive",
  scope: "board",
  path: (boardId) => `/boards/${boardId}/tasks?archived=true`,
  entities: { task: { holds: ({ archivedAt }) => archivedAt !== null } },
  isStored: false,
};

/** One task, wherever it is. */
const task: SnapshotDefinition = {
  kind: "task",
  scope: "task",
  path: (taskId) => `/tasks/${taskId}`,
  document: taskSchema,
  entities: { task: {} },
  isStored: false,
};

/** The snapshots of the page that hold more, or other, than the list of an entity under its parent. */
export const SNAPSHOTS: readonly SnapshotDefinition[] = [board, archive, task];

export const boardRef = (boardId: string): SnapshotRef => ({ kind: board.kind, scopeId: boardId });
/** A team's boards, archived ones included. */
export const boardsRef = (teamId: string): SnapshotRef => listRef(boards, teamId);
export const membersRef = (teamId: string): SnapshotRef => listRef(members, teamId);
export const archiveRef = (boardId: string, teamId: string): SnapshotRef => ({
  kind: archive.kind,
  scopeId: boardId,
  tenantId: teamId,
});
export const taskRef = (taskId: string): SnapshotRef => ({ kind: task.kind, scopeId: taskId });
