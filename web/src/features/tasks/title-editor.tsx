import { MAX_TITLE_LENGTH, type Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useOnLeave, useStoredDraft } from "../../session/use-stored-draft.ts";

/** Edits the title in draftKey. Shows the current title unless there is a draft. */
export const TitleEditor = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { actions, canWrite, me } = useBoardContext();
  const draftKey = { userId: me.id, taskId: task.id, field: "title" } as const;
  const { draft, isOwn, setDraft, setSaved } = useStoredDraft(draftKey);
  const save = () => {
    if (draft === null) return;
    const title = draft.text.trim();
    if (!title || title === task.title) return setDraft(null);
    actions.updateTask(task.id, { title }, { version: task.version, texts: { title: draft.base } });
    setSaved();
  };
  const leave = () => {
    if (canWrite && (isOwn.current || draft?.text.trim() === task.title)) save();
  };
  useOnLeave(draftKey, leave);
  if (!canWrite) {
    return <h2 className="text-xl font-semibold break-words whitespace-pre-line">{task.title}</h2>;
  }
  return (
    <textarea
      aria-label={t("task.title")}
      value={draft?.text ?? task.title}
      maxLength={MAX_TITLE_LENGTH}
      rows={Math.min(6, Math.ceil((draft?.text ?? task.title).length / 42))}
      onChange={(event) => setDraft({ base: draft?.base ?? task.title, text: event.currentTarget.value })}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter" && !event.shiftKey) {
          event.preventDefault();
          save();
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
