import type { ReactNode } from "react";
import { COLORS } from "../../../../shared/color.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { buttonClass } from "../../ui/button.tsx";
import { CheckRow } from "../../ui/check-row.tsx";
import { Pill } from "../../ui/pill.tsx";
import { chosenCount, toggleAssignee, toggleColor, toggleLabel, withQuery } from "./filter-search.ts";
import { SearchBox } from "./search-box.tsx";
import { useFilter } from "./use-filter.ts";

export const FilterChoices = () => {
  const { t } = useTranslation();
  const { search, setSearch } = useFilter();
  const { labels, members } = useBoardContext();
  return (
    <fieldset
      aria-label={t("filter.button")}
      className="pop thin-scroll absolute top-12 right-2 z-20 flex max-h-[min(36rem,calc(100dvh-4.5rem))] w-[min(20rem,calc(100vw-1rem))] flex-col gap-3 overflow-y-auto rounded-lg bg-overlay p-3 shadow-pop sm:top-9 sm:right-0"
    >
      <SearchBox q={search.q ?? ""} onChange={(q) => setSearch(withQuery(search, q))} />
      <Part label={t("filter.color")}>
        <div className="grid grid-cols-2">
          {COLORS.map((color) => (
            <CheckRow
              key={color}
              label={t(`color.${color}`)}
              checked={search.color?.includes(color) ?? false}
              onChange={() => setSearch(toggleColor(search, color))}
            >
              <span data-color={color} aria-hidden className="size-3 shrink-0 rounded-full bg-edge" />
              <span className="truncate">{t(`color.${color}`)}</span>
            </CheckRow>
          ))}
        </div>
      </Part>
      {labels.length > 0 ? (
        <Part label={t("filter.label")}>
          {labels.map((label) => (
            <CheckRow
              key={label.id}
              label={label.name}
              checked={search.labelId?.includes(label.id) ?? false}
              onChange={() => setSearch(toggleLabel(search, label.id))}
            >
              <Pill name={label.name} color={label.color} />
            </CheckRow>
          ))}
        </Part>
      ) : null}
      <Part label={t("filter.person")}>
        {members.map((member) => (
          <CheckRow
            key={member.userId}
            label={member.name}
            checked={search.assigneeId?.includes(member.userId) ?? false}
            onChange={() => setSearch(toggleAssignee(search, member.userId))}
          >
            <Avatar userId={member.userId} name={member.name} size="xs" decorative />
            <span className="min-w-0 truncate">{member.name}</span>
          </CheckRow>
        ))}
      </Part>
      {chosenCount(search) > 0 ? (
        <button type="button" className={buttonClass("ghost", "sm", "self-start")} onClick={() => setSearch({})}>
          {t("filter.clear")}
        </button>
      ) : null}
    </fieldset>
  );
};

const Part = ({ label, children }: { label: string; children: ReactNode }) => (
  <fieldset aria-label={label} className="min-w-0">
    <legend aria-hidden className="px-2 pb-1 text-xs font-medium text-muted">
      {label}
    </legend>
    {children}
  </fieldset>
);
