import { CircleAlert } from "lucide-react";
import { type ComponentType, useState } from "react";
import type { Language } from "../../i18n/i18n.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import type { TranslateConnection } from "./load-connection-words.ts";

type Loaded = {
  readonly Dialog: ComponentType<{ readonly t: TranslateConnection; readonly onClose: () => void }>;
  readonly t: TranslateConnection;
};

export const loadConnectionDialog = async (language: Language): Promise<Loaded> => {
  const [{ ConnectionDialog: Dialog }, { loadConnectionWords }] = await Promise.all([
    import("./connection-dialog.tsx"),
    import("./load-connection-words.ts"),
  ]);
  return { Dialog, t: await loadConnectionWords(language) };
};

/** Opens the dialog that explains why the page is not live. */
export const ConnectionDetailsButton = () => {
  const { t, language } = useTranslation();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const open = async (): Promise<void> => {
    try {
      setLoaded(await loadConnectionDialog(language));
    } catch {
      // The dialog could not be loaded offline; the next press tries again.
    }
  };
  return (
    <>
      <IconButton label={t("live.why")} onClick={() => void open()}>
        <CircleAlert size={16} aria-hidden />
      </IconButton>
      {loaded ? <loaded.Dialog t={loaded.t} onClose={() => setLoaded(null)} /> : null}
    </>
  );
};
