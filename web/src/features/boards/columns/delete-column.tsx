import type { Column } from "../../../../../shared/columns.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { Confirm } from "../../../ui/confirm.tsx";

type DeleteColumnProps = { column: Column; count: number; onClose: () => void };

export const DeleteColumn = ({ column, count, onClose }: DeleteColumnProps) => {
  const { t } = useTranslation();
  const { actions } = useBoardContext();
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={() => {
        actions.deleteColumn(column.id);
        onClose();
      }}
      title={t("column.deleteTitle", { name: column.name })}
      verb={t("column.delete")}
    >
      {count === 0 ? t("column.deleteEmpty") : t("column.deleteText", { count })}
    </Confirm>
  );
};
