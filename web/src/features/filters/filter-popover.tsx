import { Search } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { COLORS } from "../../../../shared/color.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { buttonClass } from "../../ui/button.tsx";
import { CheckRow } from "../../ui/check-row.tsx";
import { Pill } from "../../ui/pill.tsx";
import { Popover } from "../../ui/popover.tsx";
import { useBoardContext } from "../boards/board-context.ts";
import { FilterButton } from "./filter-button.tsx";
import { chosenCount, toggleAssignee, toggleColor, toggleLabel, withQuery } from "./filter-search.ts";
import { useFilter } from "./use-filter.ts";

const TYPING = 120;

type FilterPopoverProps = { open: boolean; onOpenChange: (open: boolean) => void };

export const FilterPopover = ({ open, onOpenChange }: FilterPopoverProps) => {
  const { t } = useTranslation();
  const { search, setSearch } = useFilter();
  const { labels, members } = useBoardContext();
  const count = chosenCount(search);
  return (
    <Popover
      label={t("filter.button")}
      role="group"
      open={open}
      onOpenChange={onOpenChange}
      trigger={<FilterButton count={count} />}
    >
      <div className="flex flex-col gap-3 p-1">
        <SearchBox q={search.q ?? ""} onChange={(q) => setSearch(withQuery(search, q))} />
        <Choices label={t("filter.color")}>
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
        </Choices>
        {labels.length > 0 ? (
          <Choices label={t("filter.label")}>
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
          </Choices>
        ) : null}
        <Choices label={t("filter.person")}>
          {members.map((member) => (
            <CheckRow
              key={member.userId}
              label={member.name}
              checked={search.assigneeId?.includes(member.userId) ?? false}
              onChange={() => setSearch(toggleAssignee(search, member.userId))}
            >
              <Avatar userId={member.userId} name={member.name} size="xs" silent />
              <span className="min-w-0 truncate">{member.name}</span>
            </CheckRow>
          ))}
        </Choices>
        {count > 0 ? (
          <button type="button" className={buttonClass("ghost", "sm", "self-start")} onClick={() => setSearch({})}>
            {t("filter.clear")}
          </button>
        ) : null}
      </div>
    </Popover>
  );
};

const Choices = ({ label, children }: { label: string; children: ReactNode }) => (
  <fieldset aria-label={label} className="min-w-0">
    <legend aria-hidden className="px-2 pb-1 text-xs font-medium text-muted">
      {label}
    </legend>
    {children}
  </fieldset>
);

/** Keeps its own text while somebody types: the address follows a moment later. */
const SearchBox = ({ q, onChange }: { q: string; onChange: (q: string) => void }) => {
  const { t } = useTranslation();
  const [text, setText] = useState(q);
  const sent = useRef(q);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (q !== sent.current) {
      sent.current = q;
      setText(q);
    }
  }, [q]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      change.current(text);
    }, TYPING);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="relative">
      <Search size={15} aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 text-muted" />
      <input
        type="text"
        aria-label={t("filter.search")}
        placeholder={t("filter.search")}
        value={text}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.currentTarget.value)}
        className="field pl-8!"
      />
    </div>
  );
};
