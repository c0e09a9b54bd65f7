import { Search } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "../../i18n/use-translation.ts";

const DEBOUNCE_MS = 120;

/** Keeps its own text while somebody types and updates the address after a short delay. */
export const SearchBox = ({ q, onChange }: { q: string; onChange: (q: string) => void }) => {
  const { t } = useTranslation();
  const [text, setText] = useState(q);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const sent = useRef(q);
  const change = useEffectEvent(onChange);
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
      change(text);
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="relative">
      <Search size={15} aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 text-muted" />
      <input
        ref={box}
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
