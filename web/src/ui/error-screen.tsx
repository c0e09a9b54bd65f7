import { CloudAlert } from "lucide-react";
import { useTranslation } from "../i18n/use-translation.ts";
import { Button } from "./button.tsx";
import { FullMessage } from "./full-message.tsx";

/** Shown when rendering fails. */
export const ErrorScreen = () => {
  const { t } = useTranslation();
  return (
    <FullMessage icon={<CloudAlert size={28} />} title={t("error.title")} text={t("error.text")}>
      <Button look="primary" onClick={() => location.reload()}>
        {t("error.reload")}
      </Button>
    </FullMessage>
  );
};
