import { z } from "zod";

/** The parts of a Trello board export that Artel reads. Older exports have labels and checklists only on cards. */
const id = z.string().min(1);
const position = z.number();
const instant = z.string().refine((text) => {
  const year = new Date(text).getUTCFullYear();
  return year >= 1 && year <= 9999;
}, "must be a date in the years 1 to 9999");
const text = z.string().catch("");

const label = z.object({ id, name: text, color: z.string().nullish() });

const checkItem = z.object({ name: text, state: z.string().optional(), pos: z.number().optional() });

const checklist = z.object({
  id,
  idCard: z.string().optional(),
  name: text,
  pos: z.number().optional(),
  checkItems: z.array(checkItem).default([]),
});

const list = z.object({ id, name: z.string(), closed: z.boolean().default(false), pos: position });

const card = z.object({
  id,
  name: z.string(),
  desc: z.string().default(""),
  closed: z.boolean().default(false),
  idList: id,
  pos: position,
  due: instant.nullish(),
  start: instant.nullish(),
  dueComplete: z.boolean().optional(),
  dateLastActivity: instant.nullish(),
  dateClosed: instant.nullish(),
  idLabels: z.array(z.string()).optional(),
  labels: z.array(label).optional(),
  idMembers: z.array(z.string()).default([]),
  checklists: z.array(checklist).optional(),
  cover: z.object({ color: z.string().nullish() }).nullish(),
  attachments: z.array(z.object({ name: text, url: z.string() })).default([]),
});

const comment = z.object({
  type: z.literal("commentCard"),
  date: instant,
  memberCreator: z.object({ fullName: text, username: text }).partial().nullish(),
  data: z.object({ text: z.string(), card: z.object({ id }) }),
});
const otherAction = z.object({ type: z.string() });

export const trelloExportSchema = z.object({
  name: z.string(),
  desc: z.string().default(""),
  lists: z.array(list),
  cards: z.array(card),
  labels: z.array(label).optional(),
  checklists: z.array(checklist).optional(),
  members: z.array(z.object({ id, fullName: text })).default([]),
  actions: z.array(z.union([comment, otherAction])).default([]),
});

export type TrelloExport = z.infer<typeof trelloExportSchema>;
export type TrelloCard = TrelloExport["cards"][number];
export type TrelloChecklist = z.infer<typeof checklist>;
export type TrelloComment = z.infer<typeof comment>;
export type TrelloLabel = z.infer<typeof label>;

export const isComment = (action: TrelloExport["actions"][number]): action is TrelloComment =>
  action.type === "commentCard" && "data" in action;
