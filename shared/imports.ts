import { z } from "zod";
import { boardIdSchema, importIdSchema } from "./ids.ts";
import { line } from "./text.ts";

export const importCountsSchema = z
  .object({
    columns: z.int(),
    tasks: z.int(),
    archivedTasks: z.int(),
    labels: z.int(),
    checklists: z.int(),
    comments: z.int(),
  })
  .meta({ id: "ImportCounts" });
export type ImportCounts = z.infer<typeof importCountsSchema>;

export const importSchema = z
  .object({
    id: importIdSchema,
    status: z.enum(["running", "completed", "failed"]),
    boardId: boardIdSchema.nullable(),
    counts: importCountsSchema,
    error: z.string().optional(),
  })
  .meta({ id: "Import" });
export type Import = z.infer<typeof importSchema>;

export const createImportSchema = z
  .strictObject({
    format: z.literal("trello"),
    name: line(1, 200).optional(),
    data: z.unknown().meta({ description: "The board export as JSON.", type: "object" }),
  })
  .meta({ id: "CreateImport" });
