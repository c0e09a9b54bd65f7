import type { Intent } from "../../../client/sync/mutations.ts";
import type { Rebased } from "../../../client/sync/outbox/outbox-deps.ts";
import type { Task } from "../../../shared/tasks.ts";

const TEXTS = ["title", "description"] as const;
export type TextField = (typeof TEXTS)[number];

/** A rule in Markdown, so that what is copied reads well where it is put. */
const BETWEEN_TASKS = "\n\n---\n\n";

/** A text that was written from `base`, and what another has made of it since. */
export type TextConflict = { readonly field: TextField; readonly base: string; readonly mine: string };

/** The texts that an intent would set, each with what it was written from. */
export const textsOf = (intent: Intent): readonly TextConflict[] => {
  if (intent.kind !== "task.update" || intent.base === undefined) return [];
  const { base, change } = intent;
  return TEXTS.flatMap((field) => {
    const [before, mine] = [base[field], change[field]];
    return before === undefined || mine === undefined ? [] : [{ field, base: before, mine }];
  });
};

/** Made on the version that is confirmed now, if the text is what it was when the writing began. */
export const preparedText = (intent: Intent, task: Task | undefined): Intent => {
  if (intent.kind !== "task.update" || task === undefined) return intent;
  const texts = textsOf(intent);
  const isAsBefore = texts.every(({ field, base }) => task[field] === base);
  return texts.length > 0 && isAsBefore ? { ...intent, ifVersion: task.version } : intent;
};

/** What becomes of a text whose task is at another version by now. */
export const rebasedText = (intent: Intent, task: Task): Rebased => {
  if (intent.kind !== "task.update") return "conflict";
  const texts = textsOf(intent);
  if (texts.some(({ field, base, mine }) => task[field] !== base && task[field] !== mine)) return "conflict";
  const isWhole = texts.length === Object.keys(intent.change).length;
  if (isWhole && texts.every(({ field, mine }) => task[field] === mine)) return "done";
  return { ...intent, ifVersion: task.version };
};

/** What the intents would have written, of each task the latest texts, as one to copy; `null` where nothing was. */
export const writtenIn = (intents: readonly Intent[]): string | null => {
  const tasks = new Map<string, { readonly title?: string | undefined; readonly description?: string | undefined }>();
  for (const intent of intents) {
    if (intent.kind === "task.create") tasks.set(intent.input.id, intent.input);
    if (intent.kind === "task.delete") tasks.delete(intent.id);
    if (intent.kind !== "task.update") continue;
    const { title, description } = tasks.get(intent.id) ?? {};
    tasks.set(intent.id, {
      title: intent.change.title ?? title,
      description: intent.change.description ?? description,
    });
  }
  const texts = [...tasks.values()].map(({ title, description }) => [title, description].filter(Boolean).join("\n\n"));
  return texts.filter(Boolean).join(BETWEEN_TASKS) || null;
};
