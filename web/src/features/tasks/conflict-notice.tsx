import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";

type ConflictNoticeProps = { text: string; onTake: () => void; onKeep: () => void; onMerge: () => void };

/** Shows the text that somebody else saved meanwhile, and the ways to resolve the conflict. */
export const ConflictNotice = ({ text, onTake, onKeep, onMerge }: ConflictNoticeProps) => {
  const { t } = useTranslation();
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md bg-warning-soft p-3">
      <p className="font-medium text-warning">{t("task.theirs")}</p>
      <div className="thin-scroll max-h-48 overflow-y-auto rounded-md bg-surface p-2 break-words whitespace-pre-wrap">
        {text || <span className="text-muted">{t("task.noDescription")}</span>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" look="primary" onClick={onMerge}>
          {t("merge.open")}
        </Button>
        <Button size="sm" onClick={onKeep}>
          {t("task.keepMine")}
        </Button>
        <Button size="sm" look="ghost" onClick={onTake}>
          {t("task.takeTheirs")}
        </Button>
      </div>
    </div>
  );
};
