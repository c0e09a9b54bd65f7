import { localStore } from "../../../client/browser/local-store.ts";
import { createStore } from "../lib/store.ts";
import { makeTranslate, type Translate, type Words } from "./translator.ts";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Loads the words of one language. */
export type WordLoaders = Readonly<Record<Language, () => Promise<Words>>>;

let loaders: WordLoaders | null = null;

const isLanguage = (value: string | undefined | null): value is Language =>
  LANGUAGES.some((language) => language === value);

/** The first preferred language that the page has, else English. */
export const chooseLanguage = (preferred: readonly string[]): Language => {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split("-")[0];
    if (isLanguage(language)) return language;
  }
  return "en";
};

export type Locale = { readonly language: Language; readonly t: Translate };
export const localeStore = createStore<Locale>({ language: "en", t: (key) => key });

const loadLanguage = async (language: Language): Promise<void> => {
  if (loaders === null) throw new Error("call startI18n first");
  const words = await loaders[language]();
  document.documentElement.lang = language;
  localeStore.set({ language, t: makeTranslate(language, words) });
};

export const startI18n = (words: WordLoaders): Promise<void> => {
  loaders = words;
  const remembered = localStore.get("language");
  return loadLanguage(isLanguage(remembered) ? remembered : chooseLanguage(navigator.languages));
};

export const setLanguage = async (language: Language): Promise<void> => {
  localStore.set("language", language);
  await loadLanguage(language);
};
