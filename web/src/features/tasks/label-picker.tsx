import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import type { Color } from "../../../../shared/color.ts";
import type { Label } from "../../../../shared/labels.ts";
import type { Task } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";
import { CheckRow } from "../../ui/check-row.tsx";
import { ColorChoice } from "../../ui/color-choice.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Pill } from "../../ui/pill.tsx";

/** Chooses a task's labels and edits the board's. */
export const LabelPicker = ({ task }: { task: Task }) => {
  const { t } = useTranslation();
  const { labels, actions } = useBoardContext();
  const [editing, setEditing] = useState<Label | "new" | null>(null);
  if (editing !== null) {
    const label = editing === "new" ? null : editing;
    return (
      <LabelForm
        label={label}
        onClose={() => setEditing(null)}
        onDelete={(id) => actions.deleteLabel(id)}
        onSave={(name, color) => {
          if (label) actions.updateLabel(label.id, { name, color });
          else actions.updateTask(task.id, { addLabelIds: [actions.createLabel({ name, color })] });
          setEditing(null);
        }}
      />
    );
  }
  return (
    <div className="flex flex-col gap-1">
      {labels.length === 0 ? <p className="px-2 py-1 text-muted">{t("label.none")}</p> : null}
      {labels.map((label) => {
        const chosen = task.labelIds.includes(label.id);
        return (
          <div key={label.id} className="flex items-center gap-1">
            <div className="min-w-0 flex-1">
              <CheckRow
                label={label.name}
                checked={chosen}
                onChange={() =>
                  actions.updateTask(task.id, chosen ? { removeLabelIds: [label.id] } : { addLabelIds: [label.id] })
                }
              >
                <Pill name={label.name} color={label.color} />
              </CheckRow>
            </div>
            <IconButton label={t("label.edit", { name: label.name })} onClick={() => setEditing(label)}>
              <Pencil size={14} aria-hidden />
            </IconButton>
          </div>
        );
      })}
      <Button look="ghost" size="sm" className="self-start" onClick={() => setEditing("new")}>
        <Plus size={14} aria-hidden />
        {t("label.new")}
      </Button>
    </div>
  );
};

type LabelFormProps = {
  label: Label | null;
  onSave: (name: string, color: Color | null) => void;
  onDelete: (id: string) => void;
  onClose: () => void;
};

const LabelForm = ({ label, onSave, onDelete, onClose }: LabelFormProps) => {
  const { t } = useTranslation();
  const [name, setName] = useState(label?.name ?? "");
  const [color, setColor] = useState<Color | null>(label ? label.color : "blue");
  const [asking, setAsking] = useState(false);
  return (
    <form
      className="flex flex-col gap-3 p-1"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (name.trim()) onSave(name.trim(), color);
      }}
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: the form replaces the pressed list
        autoFocus
        aria-label={t("label.name")}
        placeholder={t("label.name")}
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.currentTarget.value)}
        className="field"
      />
      <ColorChoice bare label={t("label.color")} value={color} onChange={setColor} />
      {asking && label ? (
        <div className="flex flex-col gap-2 rounded-md bg-danger-soft p-2 text-sm">
          <p className="text-danger">{t("label.deleteText")}</p>
          <div className="flex gap-2">
            <Button
              size="sm"
              look="danger"
              onClick={() => {
                onDelete(label.id);
                onClose();
              }}
            >
              {t("label.delete")}
            </Button>
            <Button size="sm" look="ghost" onClick={() => setAsking(false)}>
              {t("common.cancel")}
            </Button>
          </div>
        </div>
      ) : (
        <div className="flex gap-2">
          <Button type="submit" look="primary" size="sm">
            {label ? t("common.save") : t("label.create")}
          </Button>
          <Button size="sm" look="ghost" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <span className="flex-1" />
          {label ? (
            <Button size="sm" look="quietDanger" onClick={() => setAsking(true)}>
              {t("label.delete")}
            </Button>
          ) : null}
        </div>
      )}
    </form>
  );
};
