import type { Language } from "../../i18n/i18n.ts";

export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", ru: "Русский" };
