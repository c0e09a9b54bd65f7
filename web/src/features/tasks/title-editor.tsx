import { useEffect, useRef, useState } from "react";
import { MAX_TITLE_LENGTH, type Task } from "../../../../shared/tasks.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useBoardContext } from "../boards/board-context.ts";

/** The title, edited where it stands; a newer title from elsewhere shows unless this one is being written. */
export const TitleEditor = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { actions, writes } = useBoardContext();
  const [draft, setDraft] = useState<string | null>(null);
  const latest = useRef({ draft, title: task.title });
  latest.current = { draft, title: task.title };
  const save = () => {
    const title = latest.current.draft?.trim();
    if (title && title !== latest.current.title) actions.updateTask(task.id, { title });
    setDraft(null);
  };
  const leave = useRef(save);
  leave.current = save;
  useEffect(() => () => leave.current(), []);
  if (!writes) {
    return <h2 className="text-xl font-semibold break-words whitespace-pre-line">{task.title}</h2>;
  }
  return (
    <textarea
      aria-label={t("task.title")}
      value={draft ?? task.title}
      maxLength={MAX_TITLE_LENGTH}
      rows={Math.min(6, Math.ceil((draft ?? task.title).length / 42))}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter" && !event.shiftKey) {
          event.preventDefault();
          event.currentTarget.blur();
        }
        if (event.key === "Escape" && draft !== null) {
          event.stopPropagation();
          setDraft(null);
        }
      }}
      className="-mx-2 field-sizing-content min-h-9 resize-none rounded-md border border-transparent px-2 py-0.5 text-xl font-semibold break-words hover:bg-hover focus:bg-surface"
    />
  );
};
