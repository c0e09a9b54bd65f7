import { z } from "zod";
import { columnSchema } from "./columns.ts";
import { archivedAtAfter, defineEntity, given } from "./entities/define-entity.ts";
import { boardIdSchema, teamIdSchema } from "./ids.ts";
import { labelSchema } from "./labels.ts";
import { memberSchema } from "./members.ts";
import { seqSchema } from "./protocol/position.ts";
import { rankSchema } from "./rank.ts";
import { taskSchema } from "./tasks.ts";
import { line, prose } from "./text.ts";
import { timestampSchema } from "./time.ts";

export const boardSchema = z
  .object({
    id: boardIdSchema,
    teamId: teamIdSchema,
    name: z.string(),
    description: z.string(),
    rank: rankSchema,
    archivedAt: timestampSchema.nullable(),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
    version: seqSchema,
  })
  .meta({ id: "Board" });
export type Board = z.infer<typeof boardSchema>;

/** A whole board as of one position; archived tasks are left out. */
export const boardSnapshotSchema = boardSchema
  .extend({
    columns: z.array(columnSchema),
    tasks: z.array(taskSchema),
    labels: z.array(labelSchema),
    members: z.array(memberSchema),
  })
  .meta({ id: "BoardSnapshot" });
export type BoardSnapshot = z.infer<typeof boardSnapshotSchema>;

const fields = { name: line(1, 200), description: prose(64 * 1024) };

export const createBoardSchema = z
  .strictObject({
    id: boardIdSchema.optional(),
    name: fields.name,
    description: fields.description.optional(),
  })
  .meta({ id: "CreateBoard" });
export type CreateBoard = z.infer<typeof createBoardSchema>;

export const updateBoardSchema = z
  .strictObject({ ...fields, archived: z.boolean() })
  .partial()
  .meta({ id: "UpdateBoard" });
export type UpdateBoard = z.infer<typeof updateBoardSchema>;

export const boards = defineEntity({
  kind: "board",
  plural: "boards",
  verbs: ["CREATED", "UPDATED", "IMPORTED", "DELETED"],
  schema: boardSchema,
  scope: { team: "teamId" },
  order: { within: "team", key: "teamId" },
  read: "viewer",
  write: "member",
  create: createBoardSchema,
  update: updateBoardSchema,
  title: "name",
  fresh: ({ name, description = "" }, { id, scope, rank, at, version }) => ({
    id,
    ...scope,
    name,
    description,
    rank,
    archivedAt: null,
    createdAt: at,
    updatedAt: at,
    version,
  }),
  apply: (board, { archived, ...fields }, at) => ({
    ...board,
    ...given(fields),
    archivedAt: archivedAtAfter(board.archivedAt, archived, at),
  }),
});
