import { useStore } from "../lib/store.ts";
import { type Locale, localeStore } from "./i18n.ts";

/** The page's words in the language that is spoken now. */
export const useTranslation = (): Locale => useStore(localeStore, (spoken) => spoken);
