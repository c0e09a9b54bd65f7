import i18next, { type i18n as I18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { recall, remember } from "../lib/storage.ts";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

const load = {
  en: () => import("./en.ts").then((module) => module.en),
  ru: () => import("./ru.ts").then((module) => module.ru),
} satisfies Record<Language, unknown>;

const isLanguage = (value: string | undefined | null): value is Language =>
  LANGUAGES.some((language) => language === value);

/** The first of the person's languages that we speak; English when there is none. */
export const chooseLanguage = (preferred: readonly string[]): Language => {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split("-")[0];
    if (isLanguage(language)) return language;
  }
  return "en";
};

const startLanguage = (): Language => {
  const remembered = recall("language");
  return isLanguage(remembered) ? remembered : chooseLanguage(navigator.languages);
};

export const i18n: I18n = i18next.createInstance();

/** Loads one language's words and starts with them. */
export const startI18n = async (): Promise<void> => {
  const language = startLanguage();
  const words = await load[language]();
  document.documentElement.lang = language;
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: words } },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
};

export const setLanguage = async (language: Language): Promise<void> => {
  remember("language", language);
  if (!i18n.hasResourceBundle(language, "translation")) {
    i18n.addResourceBundle(language, "translation", await load[language]());
  }
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
};
