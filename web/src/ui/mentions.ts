import { STORED_MENTION } from "../../../shared/mentions.ts";

export type Person = { readonly id: string; readonly name: string };

const ONE_STORED_MENTION = new RegExp(`^${STORED_MENTION.source}$`);
const STORED_LENGTH = "@[]".length + 36;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_]/u;

export const isStoredMention = (text: string): boolean => ONE_STORED_MENTION.test(text);

const before = (text: string, index: number): string => [...text.slice(Math.max(0, index - 2), index)].at(-1) ?? "";
const after = (text: string, index: number): string => [...text.slice(index, index + 2)][0] ?? "";
const isWord = (character: string): boolean => WORD_CHARACTER.test(character);

/** Whether an `@` at `index` can begin a mention: `anna@example.org` mentions nobody. */
export const startsMention = (text: string, index: number): boolean => !isWord(before(text, index));

/** The sort is stable, so that the first of two people with one name stays first. */
const longestFirst = (people: readonly Person[]): readonly Person[] =>
  people.filter(({ name }) => name !== "").sort((a, b) => b.name.length - a.name.length);

const personAt = (text: string, at: number, people: readonly Person[]): Person | undefined =>
  people.find(({ name }) => {
    if (!text.startsWith(name, at + 1)) return false;
    const end = at + 1 + name.length;
    return !isWord(before(text, end)) || !isWord(after(text, end));
  });

const isStoredAt = (text: string, at: number): boolean => isStoredMention(text.slice(at, at + STORED_LENGTH));

const store = (text: string, sorted: readonly Person[]): string => {
  let stored = "";
  let copied = 0;
  let mentionEnd = -1;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", Math.max(at + 1, mentionEnd))) {
    if (isStoredAt(text, at)) {
      mentionEnd = at + STORED_LENGTH;
    } else if (at === mentionEnd || startsMention(text, at)) {
      const person = personAt(text, at, sorted);
      if (!person) continue;
      stored += `${text.slice(copied, at)}@[${person.id}]`;
      mentionEnd = at + 1 + person.name.length;
      copied = mentionEnd;
    }
  }
  return stored + text.slice(copied);
};

/**
 * Turns `@Name` into `@[userId]`. The longest name wins; of two people with one name, the first.
 * Both ends must be word boundaries. Everything else, also `@[userId]`, stays as it is.
 */
export const toStored = (text: string, people: readonly Person[]): string => store(text, longestFirst(people));

/**
 * Turns `@[userId]` into `@Name`.
 * A mention stays as it is when the id is unknown or when `toStored` would read the name as somebody else, so that
 * showing and storing a text mentions the same people.
 */
export const toShown = (stored: string, people: readonly Person[]): string => {
  const sorted = longestFirst(people);
  const nameById = new Map(sorted.map(({ id, name }) => [id, name]));
  let shown = "";
  let copied = stored.length;
  // From the end: whether a name can stand depends on the text that follows it.
  for (const { 0: mention, 1: id = "", index } of [...stored.matchAll(STORED_MENTION)].reverse()) {
    const name = nameById.get(id);
    shown = stored.slice(index + mention.length, copied) + shown;
    copied = index;
    const reads =
      name !== undefined && startsMention(stored, index) && personAt(`@${name}${shown}`, 0, sorted)?.id === id;
    shown = (reads ? `@${name}` : mention) + shown;
  }
  shown = stored.slice(0, copied) + shown;
  return store(shown, sorted) === store(stored, sorted) ? shown : stored;
};
