import { X } from "lucide-react";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";
import { isFiltering } from "./filter-search.ts";
import { useFilter } from "./use-filter.ts";

export const FilterBar = () => {
  const { t } = useTranslation();
  const { me } = useBoardContext();
  const { search, setSearch } = useFilter();
  const mine = search.assigneeId?.length === 1 && search.assigneeId[0] === me.id;
  const { assigneeId: _, ...others } = search;
  return (
    <>
      <Button
        size="sm"
        look="ghost"
        aria-pressed={mine}
        title={`${t("filter.mine")} (Q)`}
        className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text max-md:hidden"
        onClick={() => setSearch(mine ? others : { ...others, assigneeId: [me.id] })}
      >
        {t("filter.mine")}
      </Button>
      {isFiltering(search) ? (
        <Button size="sm" look="ghost" onClick={() => setSearch({})} className="max-sm:hidden">
          <X size={14} aria-hidden />
          {t("filter.clear")}
        </Button>
      ) : null}
    </>
  );
};
