import { Columns3 } from "lucide-react";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { Button } from "../../../ui/button.tsx";
import { AddColumn } from "./add-column.tsx";

/** Offers the first columns on an empty board. */
export const EmptyBoard = () => {
  const { t } = useTranslation();
  const { actions } = useBoardContext();
  return (
    <div className="m-auto flex max-w-sm flex-col items-center gap-4 text-center">
      <span aria-hidden className="flex size-14 items-center justify-center rounded-xl bg-accent-soft text-accent-text">
        <Columns3 size={28} />
      </span>
      <div className="flex flex-col gap-1">
        <h2 className="text-lg font-semibold">{t("board.emptyTitle")}</h2>
        <p className="text-muted">{t("board.emptyText")}</p>
      </div>
      <Button
        look="primary"
        onClick={() => {
          for (const name of [t("start.todo"), t("start.doing"), t("start.done")]) actions.createColumn({ name });
        }}
      >
        {t("board.threeColumns")}
      </Button>
      <AddColumn />
    </div>
  );
};
