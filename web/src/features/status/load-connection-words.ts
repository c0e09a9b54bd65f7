import type { Language } from "../../i18n/i18n.ts";
import { type KeysOf, makeTranslate, type Translate, type Words } from "../../i18n/translator.ts";
import type { words as english } from "./connection-words.en.ts";

export type TranslateConnection = Translate<KeysOf<typeof english>>;

const LOADERS: Record<Language, () => Promise<Words>> = {
  en: () => import("./connection-words.en.ts").then(({ words }) => words),
  ru: () => import("./connection-words.ru.ts").then(({ words }) => words),
};

/** Loads the words of the connection dialog, which most people never open. */
export const loadConnectionWords = async (language: Language): Promise<TranslateConnection> =>
  makeTranslate<KeysOf<typeof english>>(language, await LOADERS[language]());
