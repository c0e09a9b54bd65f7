import { Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useSyncEngine } from "../../../../client/react/sync-context.ts";
import { useSnapshot, useSnapshotView } from "../../../../client/react/use-snapshot.ts";
import { entityActions } from "../../../../client/sync/entity-actions.ts";
import { entitiesIn, listRef } from "../../../../client/sync/snapshot.ts";
import { type Comment, comments, MAX_COMMENT_BYTES } from "../../../../shared/comments.ts";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { usePending } from "../../board/use-board.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { useDelayed } from "../../lib/use-delayed.ts";
import { useStoredDraft } from "../../session/use-stored-draft.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { MentionTextarea } from "../../ui/mention-textarea.tsx";
import { type Person, toShown, toStored } from "../../ui/mentions.ts";
import { Message } from "../../ui/message.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

const Markdown = lazy(() => import("../../ui/markdown.tsx").then((module) => ({ default: module.Markdown })));

const sizeOf = (text: string): number => new TextEncoder().encode(text).byteLength;

/** By creation time; the id orders comments of the same millisecond. */
const newestFirst = (items: Iterable<Comment>): readonly Comment[] =>
  [...items].sort((a, b) =>
    a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
  );

const usePeople = (): readonly Person[] => {
  const { members } = useBoardContext();
  return useMemo(() => members.map(({ userId, name }) => ({ id: userId, name })), [members]);
};

const useCommentActions = ({ id, boardId, teamId }: Task) => {
  const engine = useSyncEngine();
  return useMemo(
    () => entityActions(engine, comments, () => ({ team: teamId, board: boardId, task: id })),
    [engine, id, boardId, teamId],
  );
};

/** The comments of a task, newest first, with a composer above them. */
export const Comments = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { canWrite } = useBoardContext();
  const ref = listRef(comments, task.id, task.teamId);
  const { error, refetch } = useSnapshot(ref);
  const snapshot = useSnapshotView(ref);
  const items = useMemo(
    () => (snapshot === null ? null : newestFirst(entitiesIn(snapshot, comments).values())),
    [snapshot],
  );
  const late = useDelayed(items === null && error === null);
  return (
    <section aria-label={t("comments.title")} className="flex min-w-0 flex-col gap-3">
      <h3 className="flex items-baseline gap-2 font-semibold">
        {t("comments.title")}
        {items && items.length > 0 ? <span className="text-sm font-normal text-muted">{items.length}</span> : null}
      </h3>
      {canWrite ? <NewComment task={task} /> : null}
      {error && items === null ? (
        <Message tone="danger">
          {problemText(t, error)}{" "}
          <button type="button" className="font-medium underline" onClick={refetch}>
            {t("common.tryAgain")}
          </button>
        </Message>
      ) : null}
      {late ? <Skeleton className="h-16" /> : null}
      {items?.length === 0 && !canWrite ? <p className="text-muted">{t("comments.none")}</p> : null}
      {items && items.length > 0 ? (
        <ul className="flex flex-col gap-4">
          {items.map((comment) => (
            <CommentItem key={comment.id} task={task} comment={comment} />
          ))}
        </ul>
      ) : null}
    </section>
  );
};

type CommentFormProps = {
  label: string;
  verb: string;
  /** Where an unsaved text is kept on the device. */
  draftField: string;
  taskId: string;
  /** The text that is edited; `""` for a new comment. */
  initial: string;
  onSave: (body: string) => void;
  onCancel?: () => void;
};

/** A text box whose draft outlives the dialog and the page until the comment is sent. */
const CommentForm = ({ label, verb, draftField, taskId, initial, onSave, onCancel }: CommentFormProps) => {
  const { t } = useTranslation();
  const { me } = useBoardContext();
  const people = usePeople();
  const { draft, setDraft, setSaved } = useStoredDraft({ userId: me.id, taskId, field: draftField });
  const shown = useMemo(() => toShown(initial, people), [initial, people]);
  const text = draft?.text ?? shown;
  const body = toStored(text, people).trim();
  const long = body.length > MAX_COMMENT_BYTES / 4 && sizeOf(body) > MAX_COMMENT_BYTES;
  const isDirty = text !== shown;
  const save = () => {
    if (body === "" || long) return;
    if (body !== initial) onSave(body);
    setSaved();
    onCancel?.();
  };
  return (
    <div className="flex flex-col gap-2">
      <MentionTextarea
        label={label}
        placeholder={t("comments.hint")}
        value={text}
        onChange={(next) => setDraft(next === shown ? null : { base: shown, text: next })}
        people={people}
        onSubmit={save}
        onCancel={onCancel}
        words={{ people: t("comments.people") }}
        invalid={long}
        autoFocus={onCancel !== undefined}
        className="field field-sizing-content max-h-[40vh] min-h-16! resize-y py-2 leading-6"
      />
      {long ? <p className="text-sm text-danger">{t("comments.tooLong")}</p> : null}
      {isDirty || onCancel ? (
        <div className="flex flex-wrap items-center gap-2">
          <Button look="primary" size="sm" onClick={save} disabled={body === "" || long} title="Ctrl+Enter">
            {verb}
          </Button>
          {onCancel ? (
            <Button
              look="ghost"
              size="sm"
              onClick={() => {
                setDraft(null);
                onCancel();
              }}
            >
              {t("common.cancel")}
            </Button>
          ) : null}
          {isDirty ? <span className="text-sm text-muted">{t("task.draftKept")}</span> : null}
        </div>
      ) : null}
    </div>
  );
};

const NewComment = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const actions = useCommentActions(task);
  return (
    <CommentForm
      label={t("comments.new")}
      verb={t("comments.send")}
      draftField="comment"
      taskId={task.id}
      initial=""
      onSave={(body) => {
        actions.create({ body });
        announce(t("comments.sent"));
      }}
    />
  );
};

const CommentItem = ({ task, comment }: { task: Task; comment: Comment }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { me, canWrite, canManage, memberById } = useBoardContext();
  const actions = useCommentActions(task);
  const isPending = usePending(task.boardId).has(comment.id);
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const { importedFrom, createdBy, createdAt, editedAt } = comment;
  const name = importedFrom?.name ?? memberById.get(createdBy)?.name ?? t("comments.formerMember");
  const isMine = createdBy === me.id;
  return (
    <li className="flex min-w-0 gap-3">
      <Avatar userId={createdBy} name={name} size="md" decorative className="mt-0.5" />
      <article aria-label={t("comments.by", { name })} className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex min-h-8 flex-wrap items-center gap-x-2">
          <span className="font-medium">{name}</span>
          <span className="text-sm text-muted">
            {format.moment(importedFrom?.at ?? createdAt)}
            {editedAt === null ? null : (
              <>
                {" · "}
                <span title={format.moment(editedAt)}>{t("comments.edited")}</span>
              </>
            )}
            {isPending ? ` · ${t("task.pending")}` : null}
          </span>
          {canWrite && !editing ? (
            <span className="ms-auto flex">
              {isMine ? (
                <IconButton label={t("comments.edit")} onClick={() => setEditing(true)}>
                  <Pencil size={15} aria-hidden />
                </IconButton>
              ) : null}
              {isMine || canManage ? (
                <IconButton label={t("comments.delete")} onClick={() => setDeleting(true)}>
                  <Trash2 size={15} aria-hidden />
                </IconButton>
              ) : null}
            </span>
          ) : null}
        </div>
        {editing ? (
          <CommentForm
            label={t("comments.editing")}
            verb={t("common.save")}
            draftField={`comment.${comment.id}`}
            taskId={task.id}
            initial={comment.body}
            onSave={(body) => actions.update(comment.id, { body })}
            onCancel={() => setEditing(false)}
          />
        ) : (
          <CommentBody body={comment.body} />
        )}
      </article>
      <Confirm
        open={deleting}
        onClose={() => setDeleting(false)}
        onConfirm={() => {
          setDeleting(false);
          actions.delete(comment.id);
        }}
        title={t("comments.deleteTitle")}
        verb={t("comments.delete")}
      >
        {t("comments.deleteText")}
      </Confirm>
    </li>
  );
};

const CommentBody = ({ body }: { body: string }) => {
  const { t } = useTranslation();
  const people = usePeople();
  const names = useMemo(() => new Map(people.map(({ id, name }) => [id, name])), [people]);
  return (
    <Suspense fallback={<p className="break-words whitespace-pre-wrap">{toShown(body, people)}</p>}>
      <Markdown text={body} people={names} unknownPerson={t("comments.formerMember")} />
    </Suspense>
  );
};
