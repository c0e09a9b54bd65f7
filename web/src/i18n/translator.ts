import { setupI18n } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { en } from "./en.ts";

type KeysOf<Words, Path extends string = ""> = {
  [Name in keyof Words & string]: Words[Name] extends string
    ? `${Path}${Name}`
    : KeysOf<Words[Name], `${Path}${Name}.`>;
}[keyof Words & string];

/** Every text of the page by its path. */
export type Key = KeysOf<typeof en>;
export type Values = Readonly<Record<string, string | number>>;
/** Fills an ICU message; plurals and numbers are the language's. */
export type Translate = (key: Key, values?: Values) => string;

export type Words = { readonly [name: string]: string | Words };

/** Names may hold dots themselves, so the words are looked up by their whole path. */
export const flatten = (words: Words, path = ""): [string, string][] =>
  Object.entries(words).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[path + name, value]] : flatten(value, `${path}${name}.`),
  );

export const makeTranslate = (language: string, words: Words): Translate => {
  const i18n = setupI18n({ locale: language, messages: { [language]: Object.fromEntries(flatten(words)) } });
  // A message is compiled when it is first shown.
  i18n.setMessagesCompiler(compileMessage);
  return (key, values) => i18n._(key, values);
};
