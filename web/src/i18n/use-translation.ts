import { useStore } from "../lib/store.ts";
import { type Locale, localeStore } from "./i18n.ts";

/** The current language and its `t`. */
export const useTranslation = (): Locale => useStore(localeStore, (spoken) => spoken);
