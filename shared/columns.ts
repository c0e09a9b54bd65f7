import { z } from "zod";
import { colorSchema } from "./color.ts";
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
