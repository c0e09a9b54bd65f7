import { LANGUAGES, setLanguage } from "../../i18n/i18n.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { LANGUAGE_NAMES } from "./language-names.ts";

/** Names each language in that language, for people who cannot read the current one. */
export const LanguageSwitch = () => {
  const { t, language: spoken } = useTranslation();
  return (
    <fieldset aria-label={t("user.language")} className="flex gap-1 text-sm">
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={spoken === language}
          onClick={() => void setLanguage(language)}
          className="h-7 rounded-md px-2 text-muted hover:bg-hover aria-pressed:font-medium aria-pressed:text-text"
        >
          {LANGUAGE_NAMES[language]}
        </button>
      ))}
    </fieldset>
  );
};
