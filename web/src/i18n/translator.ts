import type { en } from "./en.ts";

type Plural = "zero" | "one" | "two" | "few" | "many" | "other";
type Base<Name extends string> = Name extends `${infer Stem}_${Plural}` ? Stem : Name;
type KeysOf<Words, Path extends string = ""> = {
  [Name in keyof Words & string]: Words[Name] extends string
    ? `${Path}${Base<Name>}`
    : KeysOf<Words[Name], `${Path}${Name}.`>;
}[keyof Words & string];

/** Every text of the page; a plural goes by its stem. */
export type Key = KeysOf<typeof en>;
export type Values = Readonly<Record<string, string | number>>;
/** A `count` among the values chooses the plural; numbers are written as the language writes them. */
export type Translate = (key: Key, values?: Values) => string;

export type Words = { readonly [name: string]: string | Words };

/** Names may hold dots themselves, so the words are looked up by their whole path. */
export const flatten = (words: Words, path = "", flat = new Map<string, string>()): Map<string, string> => {
  for (const [name, value] of Object.entries(words)) {
    if (typeof value === "string") flat.set(path + name, value);
    else flatten(value, `${path}${name}.`, flat);
  }
  return flat;
};

export const makeTranslate = (language: string, words: Words): Translate => {
  const flat = flatten(words);
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const { count } = values;
    const text =
      (typeof count === "number" ? flat.get(`${key}_${plurals.select(count)}`) : undefined) ?? flat.get(key) ?? key;
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = values[name] ?? "";
      return typeof value === "number" ? numbers.format(value) : value;
    });
  };
};
