import { Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { Button } from "../../../ui/button.tsx";

/** Stays open for the next column, like the composer for the next task. */
export const AddColumn = () => {
  const { t } = useTranslation();
  const { actions } = useBoardContext();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const returning = useRef(false);
  useEffect(() => {
    if (!open && returning.current) trigger.current?.focus();
    returning.current = false;
  }, [open]);
  const close = () => {
    returning.current = true;
    setOpen(false);
    setName("");
  };
  if (!open) {
    return (
      <button
        ref={trigger}
        type="button"
        onClick={() => setOpen(true)}
        className="flex h-11 w-[min(280px,calc(100vw-2.5rem))] shrink-0 snap-start items-center gap-2 rounded-xl px-3 font-medium text-muted hover:bg-hover hover:text-text"
      >
        <Plus size={16} aria-hidden />
        {t("column.add")}
      </button>
    );
  }
  return (
    <form
      ref={form}
      className="flex w-[min(280px,calc(100vw-2.5rem))] shrink-0 snap-start flex-col gap-2 rounded-xl bg-sunken p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!name.trim()) {
          box.current?.focus();
          return;
        }
        actions.createColumn({ name: name.trim() });
        setName("");
        requestAnimationFrame(() => form.current?.scrollIntoView({ inline: "end", block: "nearest" }));
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <input
        ref={box}
        // biome-ignore lint/a11y/noAutofocus: the pressed button is replaced by this field
        autoFocus
        aria-label={t("column.name")}
        placeholder={t("column.name")}
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.currentTarget.value)}
        className="field"
      />
      <div className="flex gap-2">
        <Button type="submit" look="primary" size="sm">
          {t("column.add")}
        </Button>
        <Button size="sm" look="ghost" onClick={close}>
          {t("common.cancel")}
        </Button>
      </div>
    </form>
  );
};
