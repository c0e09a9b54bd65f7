import type { enTrouble } from "./en-trouble.ts";
import type { Language } from "./i18n.ts";
import { type KeysOf, makeTranslate, type Translate, type Words } from "./translator.ts";

export type TroubleTranslate = Translate<KeysOf<typeof enTrouble>>;

const load: Record<Language, () => Promise<Words>> = {
  en: () => import("./en-trouble.ts").then((module) => module.enTrouble),
  ru: () => import("./ru-trouble.ts").then((module) => module.ruTrouble),
};

/** The words of what most people never have to see. */
export const troubleWords = async (language: Language): Promise<TroubleTranslate> =>
  makeTranslate<KeysOf<typeof enTrouble>>(language, await load[language]());
