import { z } from "zod";
import { colorSchema } from "./color.ts";
import { columnIdSchema, labelIdSchema, userIdSchema } from "./ids.ts";
import type { Task } from "./tasks.ts";
import { foldCase } from "./text.ts";
import { instantInputSchema } from "./time.ts";

const MAX_CHOICES = 100;
const MAX_QUERY = 200;

/** A query parameter that may be repeated; the repetitions are joined by "or". */
const repeated = <Item extends z.ZodType>(item: Item) =>
  z
    .preprocess(
      (value) => (value === undefined || Array.isArray(value) ? value : [value]),
      z.array(item).max(MAX_CHOICES),
    )
    .optional();

/** Filters of tasks as they stand in a query string; different ones are joined by "and". */
export const taskFilterSchema = z.object({
  color: repeated(colorSchema),
  labelId: repeated(labelIdSchema),
  assigneeId: repeated(userIdSchema),
  columnId: repeated(columnIdSchema),
  dueAfter: instantInputSchema.optional().meta({ description: "Due at this instant or later." }),
  dueBefore: instantInputSchema.optional().meta({ description: "Due before this instant." }),
  q: z
    .string()
    .max(MAX_QUERY)
    .refine((value) => !value.includes("\u0000") && value.isWellFormed(), "must be well-formed text without U+0000")
    .optional()
    .meta({ description: "Part of the title or of the description, whatever its case." }),
  archived: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional()
    .meta({ description: "`true`: the archived tasks alone; otherwise those not archived." }),
});
export type TaskFilter = z.infer<typeof taskFilterSchema>;

type Filtered = Pick<
  Task,
  "title" | "description" | "color" | "labelIds" | "assigneeIds" | "columnId" | "dueAt" | "archivedAt"
>;

const chosen = <Choice>(choices: readonly Choice[] | undefined): choices is readonly Choice[] =>
  choices !== undefined && choices.length > 0;

/**
 * Makes the predicate of a filter. It decides exactly as the database does.
 * Timestamps are compared as text: all have one form, ISO 8601 in UTC with milliseconds.
 */
export const taskMatcher = (filter: TaskFilter): ((task: Filtered) => boolean) => {
  const needle = filter.q ? foldCase(filter.q) : "";
  const colors = chosen(filter.color) ? new Set<string>(filter.color) : null;
  const columns = chosen(filter.columnId) ? new Set<string>(filter.columnId) : null;
  const labels = chosen(filter.labelId) ? new Set<string>(filter.labelId) : null;
  const people = chosen(filter.assigneeId) ? new Set<string>(filter.assigneeId) : null;
  const archived = filter.archived ?? false;
  return (task) =>
    (task.archivedAt !== null) === archived &&
    (colors === null || (task.color !== null && colors.has(task.color))) &&
    (columns === null || columns.has(task.columnId)) &&
    (labels === null || task.labelIds.some((id) => labels.has(id))) &&
    (people === null || task.assigneeIds.some((id) => people.has(id))) &&
    (filter.dueAfter === undefined || (task.dueAt !== null && task.dueAt >= filter.dueAfter)) &&
    (filter.dueBefore === undefined || (task.dueAt !== null && task.dueAt < filter.dueBefore)) &&
    (needle === "" || foldCase(task.title).includes(needle) || foldCase(task.description).includes(needle));
};
