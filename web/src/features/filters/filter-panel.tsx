import { lazy, Suspense, useEffect, useEffectEvent, useRef } from "react";
import { FilterButton } from "./filter-button.tsx";
import { chosenCount } from "./filter-search.ts";
import { useFilter } from "./use-filter.ts";

const choices = () => import("./filter-choices.tsx");
const FilterChoices = lazy(() => choices().then((module) => ({ default: module.FilterChoices })));

type FilterPanelProps = { open: boolean; onOpenChange: (open: boolean) => void };

/** The filter button with its choices below it. Not a modal: the board stays usable while one chooses. */
export const FilterPanel = ({ open, onOpenChange }: FilterPanelProps) => {
  const { search } = useFilter();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = useEffectEvent(() => onOpenChange(false));
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
      button.current?.focus();
    };
    addEventListener("pointerdown", outside);
    addEventListener("keydown", onKey, true);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("keydown", onKey, true);
    };
  }, [open]);
  return (
    <div ref={root} className="sm:relative" onPointerEnter={() => void choices().catch(() => undefined)}>
      <FilterButton ref={button} count={chosenCount(search)} aria-expanded={open} onClick={() => onOpenChange(!open)} />
      {open ? (
        <Suspense>
          <FilterChoices />
        </Suspense>
      ) : null}
    </div>
  );
};
