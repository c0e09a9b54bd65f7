import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "../i18n/use-translation.ts";
import { buttonClass } from "../ui/button.tsx";
import { FullMessage } from "../ui/full-message.tsx";

export const NotFound = () => {
  const { t } = useTranslation();
  return (
    <FullMessage icon={<Compass size={28} />} title={t("notFound.title")} text={t("notFound.text")}>
      <Link to="/" className={buttonClass("primary")}>
        {t("common.myBoards")}
      </Link>
    </FullMessage>
  );
};
