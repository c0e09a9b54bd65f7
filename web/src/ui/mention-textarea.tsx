import { clsx } from "clsx";
import { type KeyboardEvent, type SyntheticEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { MentionList } from "./mention-list.tsx";
import { queryAt, suggestPeople } from "./mention-query.ts";
import { type Person, toShown } from "./mentions.ts";

type MentionTextareaProps = {
  /** The accessible name of the text box. */
  label: string;
  /** The text with names, not ids. */
  value: string;
  onChange: (text: string) => void;
  people: readonly Person[];
  /** Ids of the people to suggest before the others. */
  first?: readonly string[] | undefined;
  /** Called on Ctrl+Enter and ⌘+Enter. */
  onSubmit: () => void;
  /** Called on Escape while no people are listed. */
  onCancel?: (() => void) | undefined;
  /** `people` is the accessible name of the list. */
  words: { people: string };
  placeholder?: string | undefined;
  invalid?: boolean | undefined;
  autoFocus?: boolean | undefined;
  className?: string | undefined;
};

/** `start` is the index of the `@` that opened the list. */
type Completion = { start: number; caret: number; active: number };

const NOBODY: readonly string[] = [];

/** Safari ends a composition before its keydown, which then carries the key code 229 alone. */
const isComposing = ({ nativeEvent, keyCode }: KeyboardEvent): boolean => nativeEvent.isComposing || keyCode === 229;

const moveActive = (key: string, active: number, count: number): number | null => {
  if (key === "ArrowDown") return (active + 1) % count;
  if (key === "ArrowUp") return (active + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
};

/** A text area in which `@` suggests people to mention. The focus stays in the text area. */
export const MentionTextarea = ({
  label,
  value,
  onChange,
  people,
  first = NOBODY,
  onSubmit,
  onCancel,
  words,
  placeholder,
  invalid = false,
  autoFocus = false,
  className,
}: MentionTextareaProps) => {
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const caretAfterPick = useRef<number | null>(null);
  const [completion, setCompletion] = useState<Completion | null>(null);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (caretAfterPick.current === null) return;
    box.current?.setSelectionRange(caretAfterPick.current, caretAfterPick.current);
    caretAfterPick.current = null;
  });
  useEffect(() => {
    if (autoFocus) box.current?.focus();
  }, [autoFocus]);

  // The value may have changed from outside since the last key.
  const query = completion && queryAt(value, completion.caret);
  const options = query && query.start === completion.start ? suggestPeople(people, first, query.text) : [];
  const active = options[Math.min(completion?.active ?? 0, options.length - 1)];
  const optionId = (person: Person) => `${id}-${person.id}`;

  const close = (start: number | null) => {
    setCompletion(null);
    setClosedAt(start);
  };

  const write = (text: string, caret: number) => {
    onChange(text);
    const next = queryAt(text, caret);
    if (next?.start !== closedAt) setClosedAt(null);
    setCompletion(next && next.start !== closedAt ? { start: next.start, caret, active: 0 } : null);
  };

  const followCaret = ({ currentTarget }: SyntheticEvent<HTMLTextAreaElement>) => {
    const { value: text, selectionStart, selectionEnd } = currentTarget;
    if (!completion || (selectionStart === completion.caret && selectionEnd === completion.caret)) return;
    const stays = selectionStart === selectionEnd && queryAt(text, selectionStart)?.start === completion.start;
    setCompletion(stays ? { ...completion, caret: selectionStart, active: 0 } : null);
  };

  const pick = (person: Person) => {
    if (!completion) return;
    // `toShown` keeps the id of a person whose name would mention a namesake.
    const mention = toShown(`@[${person.id}]`, people);
    const rest = value.slice(completion.caret);
    caretAfterPick.current = completion.start + mention.length + 1;
    onChange(`${value.slice(0, completion.start)}${mention}${rest.startsWith(" ") ? "" : " "}${rest}`);
    close(completion.start);
  };

  const onListKey = (event: KeyboardEvent, shown: Completion, person: Person): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    const next = moveActive(event.key, options.indexOf(person), options.length);
    if (next !== null) setCompletion({ ...shown, active: next });
    else if (event.key === "Enter" || event.key === "Tab") pick(person);
    else if (event.key === "Escape") close(shown.start);
    else return false;
    return true;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event)) {
      // An Escape that ends a composition must not close the dialog around the text area.
      event.stopPropagation();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      close(null);
      onSubmit();
    } else if (completion && active && onListKey(event, completion, active)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Escape" && onCancel) {
      event.stopPropagation();
      onCancel();
    }
  };

  return (
    <div className="relative">
      <textarea
        ref={box}
        aria-label={label}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={active ? id : undefined}
        aria-activedescendant={active ? optionId(active) : undefined}
        aria-invalid={invalid || undefined}
        placeholder={placeholder}
        value={value}
        onChange={({ currentTarget }) => write(currentTarget.value, currentTarget.selectionStart)}
        onSelect={followCaret}
        onBlur={() => close(null)}
        onKeyDown={onKeyDown}
        className={clsx("field field-sizing-content py-2 leading-6", className)}
      />
      {active ? (
        <MentionList id={id} label={words.people} options={options} active={active} optionId={optionId} onPick={pick} />
      ) : null}
    </div>
  );
};
