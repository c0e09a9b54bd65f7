import { ChevronsLeftRight } from "lucide-react";
import type { Column } from "../../../../../shared/columns.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { IconButton } from "../../../ui/icon-button.tsx";
import { ColumnCount } from "./column-count.tsx";

/** A column collapsed to its name. Cards can still be dropped on it. */
export const CollapsedColumn = ({
  column,
  count,
  onExpand,
}: {
  column: Column;
  count: number;
  onExpand: () => void;
}) => {
  const { t } = useTranslation();
  return (
    <div data-drag-column className="flex min-h-56 flex-col items-center gap-2 py-2">
      <IconButton label={t("column.expand")} aria-expanded={false} onClick={onExpand}>
        <ChevronsLeftRight size={16} aria-hidden />
      </IconButton>
      <ColumnCount count={count} limit={column.wipLimit} />
      <h2 className="max-h-72 truncate font-semibold [writing-mode:vertical-rl]">{column.name}</h2>
    </div>
  );
};
