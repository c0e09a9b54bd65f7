import { useStore } from "../lib/store.ts";
import { type Spoken, spokenStore } from "./i18n.ts";

/** The page's words in the language that is spoken now. */
export const useTranslation = (): Spoken => useStore(spokenStore, (spoken) => spoken);
