import { z } from "zod";
import { colorSchema } from "./color.ts";
import { archivedAtAfter, defineEntity, given } from "./entities/define-entity.ts";
import { boardIdSchema, columnIdSchema, labelIdSchema, taskIdSchema, teamIdSchema, userIdSchema } from "./ids.ts";
import { seqSchema } from "./protocol/position.ts";
import { rankSchema } from "./rank.ts";
import { line, prose } from "./text.ts";
import { instantInputSchema, timestampSchema } from "./time.ts";

export const MAX_TITLE_LENGTH = 500;
export const MAX_DESCRIPTION_BYTES = 64 * 1024;
const MAX_IDS = 100;

export const taskSchema = z
  .object({
    id: taskIdSchema,
    boardId: boardIdSchema,
    columnId: columnIdSchema,
    teamId: teamIdSchema,
    title: z.string(),
    description: z.string(),
    color: colorSchema.nullable(),
    labelIds: z.array(labelIdSchema),
    assigneeIds: z.array(userIdSchema),
    dueAt: timestampSchema.nullable(),
    startAt: timestampSchema.nullable(),
    rank: rankSchema,
    archivedAt: timestampSchema.nullable(),
    createdBy: userIdSchema,
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
    version: seqSchema,
  })
  .meta({ id: "Task" });
export type Task = z.infer<typeof taskSchema>;

const labelIds = z.array(labelIdSchema).max(MAX_IDS);
const assigneeIds = z.array(userIdSchema).max(MAX_IDS);
const fields = {
  title: line(1, MAX_TITLE_LENGTH),
  description: prose(MAX_DESCRIPTION_BYTES),
  color: colorSchema.nullable(),
  labelIds,
  assigneeIds,
  dueAt: instantInputSchema.nullable(),
  startAt: instantInputSchema.nullable(),
};

export const createTaskSchema = z
  .strictObject({
    ...z.strictObject(fields).partial().shape,
    id: taskIdSchema.optional(),
    columnId: columnIdSchema,
    title: fields.title,
  })
  .meta({ id: "CreateTask" });
export type CreateTask = z.infer<typeof createTaskSchema>;

export const updateTaskSchema = z
  .strictObject({
    ...fields,
    archived: z.boolean(),
    addLabelIds: labelIds,
    removeLabelIds: labelIds,
    addAssigneeIds: assigneeIds,
    removeAssigneeIds: assigneeIds,
  })
  .partial()
  .meta({ id: "UpdateTask" });
export type UpdateTask = z.infer<typeof updateTaskSchema>;

export const moveTaskSchema = z
  .strictObject({
    columnId: columnIdSchema,
    beforeId: taskIdSchema.nullish(),
    afterId: taskIdSchema.nullish(),
  })
  .meta({ id: "MoveTask" });
export type MoveTask = z.infer<typeof moveTaskSchema>;

const changedSet = <Id extends string>(
  before: readonly Id[],
  change: {
    readonly set: readonly Id[] | undefined;
    readonly add: readonly Id[] | undefined;
    readonly remove: readonly Id[] | undefined;
  },
): Id[] => {
  const removed = new Set(change.remove);
  return [...new Set([...(change.set ?? before), ...(change.add ?? [])])].filter((id) => !removed.has(id));
};

/** A task after an update; sets change by element, so that two people's changes of one set both stay. Pure. */
const applyTaskUpdate = (task: Task, change: UpdateTask, at: string): Task => {
  const { archived, addLabelIds, removeLabelIds, addAssigneeIds, removeAssigneeIds, ...fields } = change;
  return {
    ...task,
    ...given(fields),
    labelIds: changedSet(task.labelIds, { set: change.labelIds, add: addLabelIds, remove: removeLabelIds }),
    assigneeIds: changedSet(task.assigneeIds, {
      set: change.assigneeIds,
      add: addAssigneeIds,
      remove: removeAssigneeIds,
    }),
    archivedAt: archivedAtAfter(task.archivedAt, archived, at),
  };
};

export const tasks = defineEntity({
  kind: "task",
  plural: "tasks",
  verbs: ["CREATED", "UPDATED", "MOVED", "DELETED"],
  schema: taskSchema,
  scope: { team: "teamId", board: "boardId" },
  order: { within: "column", key: "columnId" },
  read: "viewer",
  write: "member",
  create: createTaskSchema,
  update: updateTaskSchema,
  move: moveTaskSchema,
  references: ["columnId", "labelIds", "addLabelIds", "removeLabelIds"],
  texts: ["title", "description"],
  title: "title",
  fresh: (input, { id, scope, rank, by, at, version }) => ({
    id,
    ...scope,
    columnId: input.columnId,
    title: input.title,
    description: input.description ?? "",
    color: input.color ?? null,
    labelIds: [...new Set(input.labelIds)],
    assigneeIds: [...new Set(input.assigneeIds)],
    dueAt: input.dueAt ?? null,
    startAt: input.startAt ?? null,
    rank,
    archivedAt: null,
    createdBy: by,
    createdAt: at,
    updatedAt: at,
    version,
  }),
  apply: applyTaskUpdate,
});
