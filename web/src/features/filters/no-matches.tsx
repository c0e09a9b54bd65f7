import { SearchX } from "lucide-react";
import type { TaskFilter } from "../../../../shared/filters.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useColumnTasks } from "../../board/use-board.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";
import { useFilter } from "./use-filter.ts";

/** Tells when no task of the board passes the filter. */
export const NoMatches = () => {
  const { columns, filtering } = useBoardContext();
  return filtering && columns.length > 0 ? <CheckFrom index={0} /> : null;
};

/** Checks the columns one by one until one has a match, so it subscribes to few of them. */
const CheckFrom = ({ index }: { index: number }) => {
  const { boardId, columns, filter } = useBoardContext();
  const column = columns[index];
  return column ? <CheckColumn boardId={boardId} columnId={column.id} filter={filter} index={index} /> : <Notice />;
};

const CheckColumn = ({
  boardId,
  columnId,
  filter,
  index,
}: {
  boardId: string;
  columnId: string;
  filter: TaskFilter;
  index: number;
}) => (useColumnTasks(boardId, columnId, filter).length > 0 ? null : <CheckFrom index={index + 1} />);

const Notice = () => {
  const { t } = useTranslation();
  const { setSearch } = useFilter();
  return (
    <div className="fade pointer-events-none absolute inset-x-0 bottom-6 flex justify-center px-4">
      <div className="pointer-events-auto flex flex-wrap items-center justify-center gap-x-3 gap-y-2 rounded-lg bg-overlay px-4 py-2.5 shadow-pop">
        <SearchX size={16} aria-hidden className="text-muted" />
        <span>{t("filter.nothing")}</span>
        <Button size="sm" onClick={() => setSearch({})}>
          {t("filter.clear")}
        </Button>
      </div>
    </div>
  );
};
