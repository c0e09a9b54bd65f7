import { lazy, Suspense, useState } from "react";
import { localStore } from "../../../../client/browser/local-store.ts";
import { MAX_DESCRIPTION_BYTES, type Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useOnLeave, useStoredDraft } from "../../session/use-stored-draft.ts";
import { Button } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ConflictNotice } from "./conflict-notice.tsx";
import { keepMine, viewDraft, writeDraft } from "./description-draft.ts";

const Markdown = lazy(() => import("../../ui/markdown.tsx").then((module) => ({ default: module.Markdown })));

const MergeDialog = lazy(() => import("./merge-dialog.tsx").then((module) => ({ default: module.MergeDialog })));

type Mode = "write" | "preview";

const tooLong = (text: string) =>
  text.length > MAX_DESCRIPTION_BYTES / 4 && new TextEncoder().encode(text).byteLength > MAX_DESCRIPTION_BYTES;

export const DescriptionEditor = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { actions, canWrite, me } = useBoardContext();
  const draftKey = { userId: me.id, taskId: task.id, field: "description" } as const;
  const { draft, isOwn, setDraft, setSaved } = useStoredDraft(draftKey);
  const [merging, setMerging] = useState(false);
  const [mode, setMode] = useState<Mode>(() =>
    task.description !== "" && localStore.get("description") === "preview" ? "preview" : "write",
  );
  const server = task.description;
  const view = viewDraft(draft, server);
  const long = tooLong(view.text);
  const choose = (next: Mode) => {
    setMode(next);
    localStore.set("description", next === "preview" ? "preview" : null);
  };
  const send = (text: string, base: string) => {
    actions.updateTask(task.id, { description: text }, { version: task.version, texts: { description: base } });
    setSaved();
  };
  const save = () => {
    const now = viewDraft(draft, server);
    if (!now.dirty) return setDraft(null);
    // Do not save over an unresolved conflict: that would silently undo the other edit.
    if (now.theirs !== null || tooLong(now.text)) return;
    send(now.text, draft?.base ?? server);
  };
  const leave = () => {
    if (canWrite && (isOwn.current || !view.dirty)) save();
  };
  useOnLeave(draftKey, leave);
  if (!canWrite) {
    return (
      <section className="flex flex-col gap-2">
        <h3 className="font-semibold">{t("task.description")}</h3>
        {server ? <Rendered text={server} /> : <p className="text-muted">{t("task.noDescription")}</p>}
      </section>
    );
  }
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <div className="flex items-center gap-1">
        <h3 className="flex-1 font-semibold">{t("task.description")}</h3>
        {(["write", "preview"] as const).map((item) => (
          <Button
            key={item}
            look="ghost"
            size="sm"
            aria-pressed={mode === item}
            className="aria-pressed:bg-pressed aria-pressed:text-text"
            onClick={() => choose(item)}
          >
            {t(`task.${item}`)}
          </Button>
        ))}
      </div>
      {mode === "preview" ? (
        view.text ? (
          <Rendered text={view.text} />
        ) : (
          <p className="text-muted">{t("task.noDescription")}</p>
        )
      ) : (
        <textarea
          aria-label={t("task.description")}
          placeholder={t("task.descriptionHint")}
          value={view.text}
          aria-invalid={long || undefined}
          onChange={(event) => setDraft(writeDraft(draft, server, event.currentTarget.value))}
          onBlur={leave}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              save();
            }
          }}
          className="field field-sizing-content max-h-[50vh] min-h-40! resize-y py-2 leading-6"
        />
      )}
      {long ? <p className="text-sm text-danger">{t("task.descriptionTooLong")}</p> : null}
      {view.theirs !== null ? (
        <ConflictNotice
          text={view.theirs}
          onTake={() => setDraft(null)}
          onKeep={() => setDraft(keepMine(draft, server))}
          onMerge={() => setMerging(true)}
        />
      ) : view.dirty ? (
        <div className="flex items-center gap-2">
          <Button look="primary" size="sm" onClick={save} disabled={long}>
            {t("common.save")}
          </Button>
          <Button look="ghost" size="sm" onMouseDown={(event) => event.preventDefault()} onClick={() => setDraft(null)}>
            {t("task.discard")}
          </Button>
          <span className="text-sm text-muted">{t("task.draftKept")}</span>
        </div>
      ) : null}
      {merging && draft && view.theirs !== null ? (
        <Suspense>
          <MergeDialog
            title={task.title}
            base={draft.base}
            mine={draft.text}
            theirs={view.theirs}
            onClose={() => setMerging(false)}
            onSave={(text) => {
              setMerging(false);
              send(text, server);
            }}
          />
        </Suspense>
      ) : null}
    </section>
  );
};

const Rendered = ({ text }: { text: string }) => (
  <Suspense fallback={<Skeleton className="h-24" />}>
    <Markdown text={text} />
  </Suspense>
);
