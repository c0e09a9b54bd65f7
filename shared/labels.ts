import { z } from "zod";
import { colorSchema } from "./color.ts";
import { defineEntity, given } from "./entities/define-entity.ts";
import { boardIdSchema, labelIdSchema, teamIdSchema } from "./ids.ts";
import { seqSchema } from "./protocol/position.ts";
import { line } from "./text.ts";

export const labelSchema = z
  .object({
    id: labelIdSchema,
    boardId: boardIdSchema,
    teamId: teamIdSchema,
    name: z.string(),
    color: colorSchema.nullable(),
    version: seqSchema,
  })
  .meta({ id: "Label" });
export type Label = z.infer<typeof labelSchema>;

const fields = { name: line(1, 100), color: colorSchema.nullable() };

export const createLabelSchema = z
  .strictObject({ id: labelIdSchema.optional(), name: fields.name, color: fields.color.optional() })
  .meta({ id: "CreateLabel" });
export type CreateLabel = z.infer<typeof createLabelSchema>;

export const updateLabelSchema = z.strictObject(fields).partial().meta({ id: "UpdateLabel" });
export type UpdateLabel = z.infer<typeof updateLabelSchema>;

export const labels = defineEntity({
  kind: "label",
  plural: "labels",
  verbs: ["CREATED", "UPDATED", "DELETED"],
  schema: labelSchema,
  scope: { team: "teamId", board: "boardId" },
  read: "viewer",
  write: "member",
  create: createLabelSchema,
  update: updateLabelSchema,
  title: "name",
  fresh: ({ name, color = null }, { id, scope, version }) => ({ id, ...scope, name, color, version }),
  apply: (label, change) => ({ ...label, ...given(change) }),
});
