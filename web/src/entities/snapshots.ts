import type { SnapshotDefinition } from "../../../client/sync/schema.ts";
import type { SnapshotRef } from "../../../client/sync/snapshot.ts";
import { boardSnapshotSchema } from "../../../shared/boards.ts";
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

/** A team's boards, archived ones included. */
const boards: SnapshotDefinition = {
  kind: "boards",
  scope: "team",
  path: (teamId) => `/teams/${teamId}/boards`,
  entities: { board: {} },
};

const members: SnapshotDefinition = {
  kind: "members",
  scope: "team",
  path: (teamId) => `/teams/${teamId}/members`,
  entities: { member: {} },
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

/** All snapshots that the page reads and keeps current. */
export const SNAPSHOTS: readonly SnapshotDefinition[] = [board, boards, members, archive, task];

export const boardRef = (boardId: string): SnapshotRef => ({ kind: board.kind, scopeId: boardId });
export const boardsRef = (teamId: string): SnapshotRef => ({ kind: boards.kind, scopeId: teamId });
export const membersRef = (teamId: string): SnapshotRef => ({ kind: members.kind, scopeId: teamId });
export const archiveRef = (boardId: string, teamId: string): SnapshotRef => ({
  kind: archive.kind,
  scopeId: boardId,
  tenantId: teamId,
});
export const taskRef = (taskId: string): SnapshotRef => ({ kind: task.kind, scopeId: taskId });
