import { useState } from "react";
import type { Column } from "../../../../../shared/columns.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { Button } from "../../../ui/button.tsx";
import { ColorChoice } from "../../../ui/color-choice.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Modal } from "../../../ui/modal.tsx";

type ColumnDialogProps = { column: Column; what: "limit" | "color"; onClose: () => void };

export const ColumnDialog = ({ column, what, onClose }: ColumnDialogProps) => {
  const { t } = useTranslation();
  const { actions } = useBoardContext();
  return what === "color" ? (
    <Modal open onClose={onClose} title={t("column.setColor")} description={column.name}>
      <ColorChoice
        bare
        label={t("task.color")}
        value={column.color}
        onChange={(color) => actions.updateColumn(column.id, { color })}
      />
    </Modal>
  ) : (
    <Limit column={column} onClose={onClose} />
  );
};

const Limit = ({ column, onClose }: { column: Column; onClose: () => void }) => {
  const { t } = useTranslation();
  const { actions } = useBoardContext();
  const [text, setText] = useState(column.wipLimit === null ? "" : String(column.wipLimit));
  const limit = text.trim() === "" ? null : Number(text);
  const bad = limit !== null && !(Number.isInteger(limit) && limit >= 1 && limit <= 100_000);
  return (
    <Modal open onClose={onClose} title={t("column.setLimit")} description={column.name}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (bad) return;
          if (limit !== column.wipLimit) actions.updateColumn(column.id, { wipLimit: limit });
          onClose();
        }}
      >
        <TextField
          label={t("column.limit")}
          hint={t("column.limitHint")}
          inputMode="numeric"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={bad ? t("column.limitBad") : undefined}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary">
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
};
