import { Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Column } from "../../../../../shared/columns.ts";
import { MAX_TITLE_LENGTH } from "../../../../../shared/tasks.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { useStore } from "../../../lib/store.ts";
import { Button } from "../../../ui/button.tsx";
import { parseTitles } from "./split-lines.ts";

/** Adds tasks one after another to the end of a column. */
export const Composer = ({ column }: { column: Column }) => {
  const { t } = useTranslation();
  const { ui } = useBoardContext();
  const open = useStore(ui.composingColumnId, (id) => id === column.id);
  const trigger = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    // Return the focus only if nothing else has taken it: the person may have moved on.
    const isFocusLost = ui.composingColumnId.get() === null && document.activeElement === document.body;
    if (wasOpen.current && !open && isFocusLost) trigger.current?.focus({ preventScroll: true });
    wasOpen.current = open;
  }, [open, ui]);
  return (
    <div className="shrink-0 p-2 pt-1">
      {open ? (
        <OpenComposer column={column} onClose={() => ui.composingColumnId.set(null)} />
      ) : (
        <button
          ref={trigger}
          type="button"
          onClick={() => ui.composingColumnId.set(column.id)}
          className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-muted hover:bg-hover hover:text-text pointer-coarse:h-10"
        >
          <Plus size={16} aria-hidden />
          {t("composer.open")}
        </button>
      )}
    </div>
  );
};

const OpenComposer = ({ column, onClose }: { column: Column; onClose: () => void }) => {
  const { t } = useTranslation();
  const { actions, ui, filtering } = useBoardContext();
  const [text, setTextState] = useState(() => ui.composerDrafts.get(column.id) ?? "");
  const setText = (next: string) => {
    setTextState(next);
    ui.composerDrafts.set(column.id, next);
  };
  const [pastedTitles, setPastedTitles] = useState<readonly string[] | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    box.current?.focus();
    box.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  const add = (titles: readonly string[]) => {
    for (const title of titles) actions.createTask({ columnId: column.id, title });
    setText("");
    setPastedTitles(null);
    box.current?.focus();
    requestAnimationFrame(() => {
      const list = ui.lists.get(column.id);
      list?.reveal(list.taskIds().length - 1);
    });
  };
  const addOne = () => {
    const title = text.trim();
    if (title) add([title]);
    else box.current?.focus();
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        addOne();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
      onBlur={(event) => {
        const leaves = !event.currentTarget.contains(event.relatedTarget);
        if (leaves && event.relatedTarget && text.trim() === "") onClose();
      }}
    >
      <textarea
        ref={box}
        aria-label={t("composer.title")}
        placeholder={t("composer.title")}
        value={text}
        maxLength={MAX_TITLE_LENGTH}
        rows={2}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          addOne();
        }}
        onPaste={(event) => {
          const titles = parseTitles(event.clipboardData.getData("text/plain"));
          if (titles.length < 2) return;
          setPastedTitles(titles);
        }}
        className="field field-sizing-content max-h-40 resize-none bg-raised! py-2 leading-5"
      />
      {pastedTitles ? (
        <div className="flex flex-col gap-1.5 rounded-md bg-accent-soft p-2 text-sm">
          <p>{t("composer.pasted", { count: pastedTitles.length })}</p>
          <div className="flex flex-wrap gap-1.5">
            <Button size="sm" look="primary" onClick={() => add(pastedTitles)}>
              {t("composer.addMany", { count: pastedTitles.length })}
            </Button>
            <Button size="sm" look="ghost" onClick={() => setPastedTitles(null)}>
              {t("composer.keepOne")}
            </Button>
          </div>
        </div>
      ) : null}
      {filtering ? <p className="px-1 text-xs text-muted">{t("composer.filtered")}</p> : null}
      <div className="flex gap-2">
        <Button type="submit" look="primary" size="sm">
          {t("composer.open")}
        </Button>
        <Button size="sm" look="ghost" onClick={onClose}>
          {t("composer.done")}
        </Button>
      </div>
    </form>
  );
};
