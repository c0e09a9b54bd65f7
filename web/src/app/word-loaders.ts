import type { WordLoaders } from "../i18n/i18n.ts";

export const wordLoaders: WordLoaders = {
  en: () => import("./en.ts").then(({ en }) => en),
  ru: () => import("./ru.ts").then(({ ru }) => ru),
};
