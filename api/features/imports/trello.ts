import { type ParseError, parse as parseJson, printParseErrorCode } from "jsonc-parser";
import type { Color } from "../../../shared/color.ts";
import type { ImportCounts } from "../../../shared/imports.ts";
import type { FieldError } from "../../../shared/problem.ts";
import { AppError } from "../../app-error.ts";
import { descriptionOf, titleOf } from "./trello-markdown.ts";
import {
  isComment,
  type TrelloCard,
  type TrelloChecklist,
  type TrelloExport,
  type TrelloLabel,
  trelloExportSchema,
} from "./trello-schema.ts";

/** A board read from an export: everything in order, references by index. */
export type ImportedBoard = {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly { readonly name: string }[];
  readonly labels: readonly { readonly name: string; readonly color: Color | null }[];
  readonly tasks: readonly ImportedTask[];
  readonly counts: ImportCounts;
};

export type ImportedTask = {
  readonly column: number;
  readonly title: string;
  readonly description: string;
  readonly color: Color | null;
  readonly labels: readonly number[];
  readonly dueAt: string | null;
  readonly startAt: string | null;
  readonly createdAt: string | null;
  readonly archivedAt: string | null;
};

const MAX_ERRORS = 20;

const refuse = (detail: string, errors: readonly FieldError[]) =>
  new AppError("INVALID_IMPORT", detail, errors.slice(0, MAX_ERRORS));

/** Reads a file's text. @throws AppError INVALID_IMPORT with the line and column where it breaks. */
export const readJsonFile = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    const problems: ParseError[] = [];
    parseJson(text, problems, { disallowComments: true, allowTrailingComma: false });
    const offset = problems[0]?.offset ?? text.length;
    const before = text.slice(0, offset).split("\n");
    const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    const what = problems[0] === undefined ? "the file ends early" : printParseErrorCode(problems[0].error);
    throw refuse(`The file is not JSON: it breaks at ${where} (${what})`, [{ path: where, message: what }]);
  }
};

const NAMED_COLORS: Record<string, Color> = {
  green: "green",
  lime: "green",
  yellow: "yellow",
  orange: "orange",
  red: "red",
  purple: "purple",
  blue: "blue",
  sky: "teal",
  pink: "pink",
  black: "gray",
};

/** The nearest of our colours for a Trello colour; dark and light variants count as their base. */
const colorOf = (name: string | null | undefined): Color | null => {
  const base = name?.split("_")[0] ?? "";
  return Object.hasOwn(NAMED_COLORS, base) ? (NAMED_COLORS[base] ?? null) : null;
};

const iso = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : new Date(text).toISOString();

/** When a Trello entity was created: its id begins with the seconds since 1970, in hexadecimal. */
const madeAt = (id: string): string | null => {
  const seconds = /^[0-9a-f]{24}$/.test(id) ? Number.parseInt(id.slice(0, 8), 16) : 0;
  return seconds > 0 ? new Date(seconds * 1000).toISOString() : null;
};

const clean = (text: string, max: number): string =>
  [...text.replaceAll("\u0000", "").toWellFormed().replaceAll(/\s+/g, " ").trim()].slice(0, max).join("");

const byPosition = <Item extends { readonly pos: number }>(items: readonly Item[]): Item[] =>
  [...items].sort((a, b) => a.pos - b.pos);

const group = <Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Map<string, Item[]> => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [item]);
    else members.push(item);
  }
  return groups;
};

/**
 * Reads a Trello board export. Lists become columns, archived cards become archived tasks, and the cards of an archived
 * list archived tasks of the first column. Data without a field of ours goes into the description as Markdown.
 * @throws AppError INVALID_IMPORT naming every place at fault, up to 20.
 */
export const readTrelloExport = (data: unknown): ImportedBoard => {
  const parsed = trelloExportSchema.safeParse(data);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
    const first = errors[0];
    throw refuse(`This is not a Trello board export: ${first?.path || "the file"}: ${first?.message}`, errors);
  }
  const board = parsed.data;
  const lists = byPosition(board.lists);
  const open = lists.some((list) => !list.closed) ? lists.filter((list) => !list.closed) : lists;
  const columnOf = new Map(open.map((list, index) => [list.id, index]));
  const archivedLists = new Map(lists.filter((list) => !columnOf.has(list.id)).map((list) => [list.id, list]));
  requireKnownLists(board, columnOf, archivedLists);
  const labels = labelsOf(board);
  const labelOf = new Map(labels.map((label, index) => [label.id, index]));
  const checklists = group([...(board.checklists ?? []), ...nestedChecklists(board)], (checklist) => checklist.idCard);
  const comments = group(board.actions.filter(isComment), (comment) => comment.data.card.id);
  const people = new Map(board.members.map((member) => [member.id, member.fullName]));

  const tasks = byPosition(board.cards).map((card): ImportedTask => {
    const archivedList = archivedLists.get(card.idList);
    return {
      column: columnOf.get(card.idList) ?? 0,
      title: titleOf(card),
      description: descriptionOf(card, {
        checklists: [...(checklists.get(card.id) ?? [])].sort((a, b) => (a.pos ?? 0) - (b.pos ?? 0)),
        comments: [...(comments.get(card.id) ?? [])].sort((a, b) => Date.parse(a.date) - Date.parse(b.date)),
        people: card.idMembers.flatMap((id) => people.get(id) ?? []),
        archivedList: archivedList?.name ?? null,
      }),
      color: colorOf(card.cover?.color),
      labels: labelIdsOf(card).flatMap((id) => labelOf.get(id) ?? []),
      dueAt: iso(card.due),
      startAt: iso(card.start),
      createdAt: madeAt(card.id),
      archivedAt:
        card.closed || archivedList !== undefined
          ? (iso(card.dateClosed ?? card.dateLastActivity) ?? new Date(0).toISOString())
          : null,
    };
  });

  return {
    name: clean(board.name, 200) || "Imported board",
    description: board.desc.replaceAll("\u0000", "").toWellFormed().slice(0, 16_000),
    columns: open.map((list) => ({ name: clean(list.name, 200) || "Untitled" })),
    labels: labels.map((label) => ({
      name: clean(label.name, 100) || (label.color ? capitalised(label.color) : "Label"),
      color: colorOf(label.color),
    })),
    tasks,
    counts: {
      columns: open.length,
      tasks: tasks.length,
      archivedTasks: tasks.filter((task) => task.archivedAt !== null).length,
      labels: labels.length,
      checklists: [...checklists.values()].reduce((sum, each) => sum + each.length, 0),
      comments: [...comments.values()].reduce((sum, each) => sum + each.length, 0),
    },
  };
};

const capitalised = (name: string) => clean(name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " "), 100);

const labelIdsOf = (card: TrelloCard): string[] => [...new Set(card.idLabels ?? card.labels?.map((label) => label.id))];

/** The board's labels; older exports have labels only on cards. */
const labelsOf = (board: TrelloExport): TrelloLabel[] => [
  ...new Map(
    [...board.cards.flatMap((card) => card.labels ?? []), ...(board.labels ?? [])].map((label) => [label.id, label]),
  ).values(),
];

/** The checklists of older exports, which have them only on cards. */
const nestedChecklists = (board: TrelloExport): TrelloChecklist[] =>
  board.checklists !== undefined
    ? []
    : board.cards.flatMap((card) => (card.checklists ?? []).map((checklist) => ({ ...checklist, idCard: card.id })));

const requireKnownLists = (board: TrelloExport, ...known: readonly { has(id: string): boolean }[]): void => {
  const errors = board.cards.flatMap((card, index) =>
    known.some((lists) => lists.has(card.idList))
      ? []
      : [{ path: `cards.${index}.idList`, message: `there is no list ${card.idList}` }],
  );
  const first = errors[0];
  if (first !== undefined) throw refuse(`The export is incomplete: ${first.path}: ${first.message}`, errors);
};
