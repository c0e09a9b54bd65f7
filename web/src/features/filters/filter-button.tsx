import { Filter } from "lucide-react";
import type { ComponentProps } from "react";
import { useTranslation } from "../../i18n/use-translation.ts";
import { buttonClass } from "../../ui/button.tsx";

export const FilterButton = ({ count, ...rest }: ComponentProps<"button"> & { count: number }) => {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      {...rest}
      title={`${t("filter.button")} (F)`}
      className={buttonClass(count > 0 ? "secondary" : "ghost", "sm", count > 0 ? "text-accent-text!" : "")}
    >
      <Filter size={15} aria-hidden />
      <span className="max-sm:sr-only">{t("filter.button")}</span>
      {count > 0 ? (
        <span aria-hidden className="tabular rounded-full bg-accent px-1.5 text-xs/4 text-on-accent">
          {count}
        </span>
      ) : null}
    </button>
  );
};
