import { z } from "zod";
import { colorSchema } from "./color.ts";
import { defineEntity, given } from "./entities/define-entity.ts";
import { boardIdSchema, columnIdSchema, teamIdSchema } from "./ids.ts";
import { seqSchema } from "./protocol/position.ts";
import { rankSchema } from "./rank.ts";
import { line } from "./text.ts";
import { timestampSchema } from "./time.ts";

export const columnSchema = z
  .object({
    id: columnIdSchema,
    boardId: boardIdSchema,
    teamId: teamIdSchema,
    name: z.string(),
    color: colorSchema.nullable(),
    wipLimit: z.int().min(1).nullable(),
    rank: rankSchema,
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
    version: seqSchema,
  })
  .meta({ id: "Column" });
export type Column = z.infer<typeof columnSchema>;

const fields = {
  name: line(1, 200),
  color: colorSchema.nullable(),
  wipLimit: z.int().min(1).max(100_000).nullable(),
};

export const createColumnSchema = z
  .strictObject({
    id: columnIdSchema.optional(),
    name: fields.name,
    color: fields.color.optional(),
    wipLimit: fields.wipLimit.optional(),
  })
  .meta({ id: "CreateColumn" });
export type CreateColumn = z.infer<typeof createColumnSchema>;

export const updateColumnSchema = z.strictObject(fields).partial().meta({ id: "UpdateColumn" });
export type UpdateColumn = z.infer<typeof updateColumnSchema>;

export const moveColumnSchema = z
  .strictObject({
    beforeId: columnIdSchema.nullish(),
    afterId: columnIdSchema.nullish(),
  })
  .meta({ id: "MoveColumn" });
export type MoveColumn = z.infer<typeof moveColumnSchema>;

export const columns = defineEntity({
  kind: "column",
  plural: "columns",
  verbs: ["CREATED", "UPDATED", "MOVED", "DELETED"],
  schema: columnSchema,
  scope: { team: "teamId", board: "boardId" },
  order: { within: "board", key: "boardId" },
  read: "viewer",
  write: "member",
  create: createColumnSchema,
  update: updateColumnSchema,
  move: moveColumnSchema,
  title: "name",
  fresh: ({ name, color = null, wipLimit = null }, { id, scope, rank, at, version }) => ({
    id,
    ...scope,
    name,
    color,
    wipLimit,
    rank,
    createdAt: at,
    updatedAt: at,
    version,
  }),
  apply: (column, change) => ({ ...column, ...given(change) }),
});
