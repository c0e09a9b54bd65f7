import { setupI18n } from "@lingui/core";
import type { CompiledMessage } from "@lingui/message-utils/compileMessage";
import { compiler } from "./compiler.ts";
import type { words } from "./words.en.ts";

export type KeysOf<Words, Path extends string = ""> = {
  [Name in keyof Words & string]: Words[Name] extends string
    ? `${Path}${Name}`
    : KeysOf<Words[Name], `${Path}${Name}.`>;
}[keyof Words & string];

/** English words with their texts in another language: a key more or less does not compile. */
export type Translated<English> = {
  readonly [Name in keyof English]: English[Name] extends string ? string : Translated<English[Name]>;
};

/** The page's words. `app/en.ts` adds those of the other rooms, so `t` knows their keys and this room no feature. */
export interface PageWords {
  readonly common: (typeof words)["common"];
}

/** Every text of the page by its path. */
export type Key = KeysOf<PageWords>;
export type Values = Readonly<Record<string, string | number>>;
/** Fills an ICU message; plurals and numbers are the language's. */
export type Translate<Keys extends string = Key> = (key: Keys, values?: Values) => string;

type Message = string | CompiledMessage;

/** As they are written, or compiled and flat as the built page has them. */
export type Words = { readonly [name: string]: Message | Words };

const isMessage = (value: Message | Words): value is Message => typeof value === "string" || Array.isArray(value);

/** Names may hold dots themselves, so the words are looked up by their whole path. */
export const flatten = (words: Words, path = ""): [string, Message][] =>
  Object.entries(words).flatMap(([name, value]): [string, Message][] =>
    isMessage(value) ? [[path + name, value]] : flatten(value, `${path}${name}.`),
  );

export const makeTranslate = <Keys extends string = Key>(language: string, words: Words): Translate<Keys> => {
  const i18n = setupI18n({ locale: language, messages: { [language]: Object.fromEntries(flatten(words)) } });
  // A message is compiled when it is first shown.
  i18n.setMessagesCompiler(compiler);
  return (key, values) => i18n._(key, values);
};
