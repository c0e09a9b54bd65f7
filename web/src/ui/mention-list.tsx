import { clsx } from "clsx";
import { useLayoutEffect, useRef, useState } from "react";
import { Avatar } from "./avatar.tsx";
import type { Person } from "./mentions.ts";

type MentionListProps = {
  id: string;
  label: string;
  options: readonly Person[];
  active: Person;
  optionId: (person: Person) => string;
  onPick: (person: Person) => void;
};

/** The vertical bounds of the nearest ancestor that scrolls, and of the window. */
const visibleBounds = (element: HTMLElement): { top: number; bottom: number } => {
  let scroller = element.parentElement;
  while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflowY)) scroller = scroller.parentElement;
  const rect = scroller?.getBoundingClientRect();
  return { top: Math.max(0, rect?.top ?? 0), bottom: Math.min(innerHeight, rect?.bottom ?? innerHeight) };
};

/** The people to choose from, under the text area or, where only there is room, above it. */
export const MentionList = ({ id, label, options, active, optionId, onPick }: MentionListProps) => {
  const list = useRef<HTMLDivElement>(null);
  const [isAbove, setAbove] = useState(false);
  useLayoutEffect(() => {
    const field = list.current?.parentElement;
    if (!list.current || !field) return;
    const { top, bottom } = visibleBounds(field);
    const rect = field.getBoundingClientRect();
    const below = bottom - rect.bottom;
    setAbove(list.current.offsetHeight > below && rect.top - top > below);
  }, []);
  const activeId = optionId(active);
  useLayoutEffect(() => {
    // Newer browsers answer a promise here, which must not become the effect's cleanup.
    document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label={label}
      // The text area keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
      className={clsx(
        "thin-scroll absolute left-0 z-50 max-h-56 w-max min-w-48 max-w-full overflow-y-auto rounded-lg bg-overlay p-1 shadow-pop",
        isAbove ? "bottom-full mb-1" : "top-full mt-1",
      )}
    >
      {options.map((person) => (
        <button
          key={person.id}
          id={optionId(person)}
          type="button"
          role="option"
          tabIndex={-1}
          aria-selected={person === active}
          onClick={() => onPick(person)}
          className={clsx(
            "flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left",
            person === active ? "bg-pressed" : "hover:bg-hover",
          )}
        >
          <Avatar userId={person.id} name={person.name} decorative />
          <span className="min-w-0 truncate">{person.name}</span>
        </button>
      ))}
    </div>
  );
};
