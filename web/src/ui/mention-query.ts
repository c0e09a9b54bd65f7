import { foldCase } from "../../../shared/text.ts";
import { type Person, startsMention } from "./mentions.ts";

const MAX_QUERY_LENGTH = 100;
const MAX_SUGGESTIONS = 8;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;

/** The text between an `@` and the caret. `start` is the index of the `@`. */
export type MentionQuery = { start: number; text: string };

export const queryAt = (value: string, caret: number): MentionQuery | null => {
  const start = caret > 0 ? value.lastIndexOf("@", caret - 1) : -1;
  if (start === -1 || caret - start > MAX_QUERY_LENGTH || !startsMention(value, start)) return null;
  const text = value.slice(start + 1, caret);
  return text.includes("\n") ? null : { start, text };
};

const hasPrefix = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) || [...name.matchAll(WORD)].some(({ index }) => name.startsWith(prefix, index));

/** At most 8 people with a word of the name that begins with `text`, those of `first` before the others. */
export const suggestPeople = (people: readonly Person[], first: readonly string[], text: string): readonly Person[] => {
  const prefix = foldCase(text);
  const found = people.filter(({ name }) => hasPrefix(foldCase(name), prefix));
  const rankOf = ({ id }: Person) => (first.includes(id) ? first.indexOf(id) : first.length);
  return found.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, MAX_SUGGESTIONS);
};
