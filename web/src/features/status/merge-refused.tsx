import type { RefusedChange } from "../../board/use-mutations.ts";
import { useBoardActions } from "../../board/use-mutations.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Message } from "../../ui/message.tsx";
import { Modal } from "../../ui/modal.tsx";
import { MergeDialog } from "../tasks/merge-dialog.tsx";
import { useLatestTask } from "../tasks/use-latest-task.ts";

type MergeRefusedProps = {
  change: RefusedChange;
  conflict: NonNullable<RefusedChange["conflict"]>;
  onClose: () => void;
};

/** Merges a refused text edit with the current text. */
export const MergeRefused = ({ change, conflict, onClose }: MergeRefusedProps) => {
  const { t } = useTranslation();
  const { id: taskId, scope } = change.mutation;
  const { base, mine } = conflict;
  const field = conflict.field === "title" ? "title" : "description";
  const actions = useBoardActions(scope["board"] ?? "");
  const { task, error } = useLatestTask(taskId);
  if (task === null) {
    return error === null ? null : (
      <Modal open onClose={onClose} title={t("merge.title", { title: change.title })}>
        <Message tone="danger">{problemText(t, error)}</Message>
      </Modal>
    );
  }
  return (
    <MergeDialog
      title={change.title}
      base={base}
      mine={mine}
      theirs={task[field]}
      onClose={onClose}
      onSave={(text) => {
        change.dismiss();
        if (text !== task[field])
          actions.updateTask(taskId, { [field]: text }, { version: task.version, texts: { [field]: task[field] } });
        onClose();
      }}
    />
  );
};
