import { COLORS, type Color } from "../../../../shared/color.ts";
import type { TaskFilter } from "../../../../shared/filters.ts";
import { type LabelId, labelIdSchema, type UserId, userIdSchema } from "../../../../shared/ids.ts";

/** The filter in the query string. Parameter names are those of the REST API. */
export type FilterSearch = {
  color?: Color[];
  labelId?: LabelId[];
  assigneeId?: UserId[];
  q?: string;
};

const MAX_QUERY = 200;

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === "string");

const parseAll = <Item>(value: unknown, parse: (text: string) => Item | null): Item[] => {
  const items = new Set<Item>();
  for (const text of texts(value)) {
    const item = parse(text);
    if (item !== null) items.add(item);
  }
  return [...items];
};

/** Ignores unknown or invalid parameters, so any address shows the board. */
export const readFilterSearch = (search: Record<string, unknown>): FilterSearch => {
  const color = parseAll(search.color, (text) => COLORS.find((item) => item === text) ?? null);
  const labelId = parseAll(search.labelId, (text) => labelIdSchema.safeParse(text).data ?? null);
  const assigneeId = parseAll(search.assigneeId, (text) => userIdSchema.safeParse(text).data ?? null);
  const q = texts(search.q)[0]?.slice(0, MAX_QUERY);
  return {
    ...(color.length > 0 ? { color } : {}),
    ...(labelId.length > 0 ? { labelId } : {}),
    ...(assigneeId.length > 0 ? { assigneeId } : {}),
    ...(q ? { q } : {}),
  };
};

export const isFiltering = (search: FilterSearch): boolean => Object.keys(search).length > 0;

export const toTaskFilter = (search: FilterSearch): TaskFilter => ({ ...search });

export const chosenCount = (search: FilterSearch): number =>
  (search.color?.length ?? 0) + (search.labelId?.length ?? 0) + (search.assigneeId?.length ?? 0) + (search.q ? 1 : 0);

const toggled = <Item>(items: readonly Item[] | undefined, item: Item): Item[] =>
  items?.includes(item) ? items.filter((other) => other !== item) : [...(items ?? []), item];

export const toggleColor = (search: FilterSearch, color: Color): FilterSearch =>
  readFilterSearch({ ...search, color: toggled(search.color, color) });
export const toggleLabel = (search: FilterSearch, labelId: LabelId): FilterSearch =>
  readFilterSearch({ ...search, labelId: toggled(search.labelId, labelId) });
export const toggleAssignee = (search: FilterSearch, userId: UserId): FilterSearch =>
  readFilterSearch({ ...search, assigneeId: toggled(search.assigneeId, userId) });
export const withQuery = (search: FilterSearch, q: string): FilterSearch => readFilterSearch({ ...search, q });
