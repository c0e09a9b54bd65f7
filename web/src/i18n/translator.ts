import { setupI18n } from "@lingui/core";
import type { CompiledMessage } from "@lingui/message-utils/compileMessage";
import { compiler } from "./compiler.ts";
import type { words } from "./words.en.ts";

export type KeysOf<Words, Path extends string = ""> = {
  [Name in keyof Words & string]: Words[Name] extends string
    ? `${Path}${Name}`
    : KeysOf<Words[Name], `${Path}${Name}.`>;
}[keyof Words & string];

/** The shape of the English words. A missing or an extra key does not compile. */
export type Translated<English> = {
  readonly [Name in keyof English]: English[Name] extends string ? string : Translated<English[Name]>;
};

/** The page's words. `app/en.ts` adds those of every room to this interface, so `t` knows all keys and i18n imports no feature. */
export interface PageWords {
  readonly common: (typeof words)["common"];
}

/** The path of a text in the page's words. */
export type Key = KeysOf<PageWords>;
export type Values = Readonly<Record<string, string | number>>;
/** Returns a text with `values` filled in, with plurals and numbers of the language. */
export type Translate<Keys extends string = Key> = (key: Keys, values?: Values) => string;

type Message = string | CompiledMessage;

/** Nested source messages, or compiled messages by path as the build makes them. */
export type Words = { readonly [name: string]: Message | Words };

const isMessage = (value: Message | Words): value is Message => typeof value === "string" || Array.isArray(value);

/** Lists words by path. A name may contain dots itself, so a path is not split again. */
export const flatten = (words: Words, path = ""): [string, Message][] =>
  Object.entries(words).flatMap(([name, value]): [string, Message][] =>
    isMessage(value) ? [[path + name, value]] : flatten(value, `${path}${name}.`),
  );

export const makeTranslate = <Keys extends string = Key>(language: string, words: Words): Translate<Keys> => {
  const i18n = setupI18n({ locale: language, messages: { [language]: Object.fromEntries(flatten(words)) } });
  i18n.setMessagesCompiler(compiler);
  return (key, values) => i18n._(key, values);
};
