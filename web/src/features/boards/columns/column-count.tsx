import { clsx } from "clsx";
import { useFormat } from "../../../i18n/use-format.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";

type ColumnCountProps = { count: number; limit: number | null; shown?: number | null };

/** The number of tasks, beside the limit if there is one. */
export const ColumnCount = ({ count, limit, shown = null }: ColumnCountProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const over = limit !== null && count > limit;
  const text = limit === null ? format.number(count) : `${format.number(count)}/${format.number(limit)}`;
  const spoken = limit === null ? t("column.count", { count }) : t("column.countOfLimit", { count, limit });
  return (
    <span
      title={over ? t("column.overLimit") : spoken}
      className={clsx(
        "tabular rounded-full px-1.5 text-xs/5 font-medium",
        over
          ? "bg-danger-soft text-danger"
          : limit !== null && count === limit
            ? "bg-warning-soft text-warning"
            : "text-muted",
      )}
    >
      <span aria-hidden>{shown === null ? text : `${format.number(shown)} · ${text}`}</span>
      <span className="sr-only">{shown === null ? spoken : `${t("column.shown", { count: shown })}, ${spoken}`}</span>
    </span>
  );
};
