import { ArrowLeft, ArrowRight, ChevronsRightLeft, Ellipsis, Gauge, Palette, Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Column } from "../../../../../shared/columns.ts";
import { useBoardContext } from "../../../board/board-context.ts";
import { useTranslation } from "../../../i18n/use-translation.ts";
import { EditableText } from "../../../ui/editable-text.tsx";
import { IconButton } from "../../../ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../../ui/menu.tsx";
import { useDrop } from "../drag/use-drop.ts";
import { ColumnCount } from "./column-count.tsx";

const ColumnDialog = lazy(() => import("./column-dialog.tsx").then((module) => ({ default: module.ColumnDialog })));
const DeleteColumn = lazy(() => import("./delete-column.tsx").then((module) => ({ default: module.DeleteColumn })));

type ColumnHeaderProps = {
  column: Column;
  count: number;
  /** How many of them pass the filter; null without a filter. */
  shown: number | null;
  onCollapse: () => void;
};

export const ColumnHeader = ({ column, count, shown, onCollapse }: ColumnHeaderProps) => {
  const { t } = useTranslation();
  const { columns, actions, canWrite } = useBoardContext();
  const { dropColumn } = useDrop();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState<"limit" | "color" | "delete" | null>(null);
  const index = columns.findIndex((item) => item.id === column.id);
  return (
    <div
      data-drag-column={canWrite || undefined}
      className="flex shrink-0 touch-manipulation select-none items-center gap-1 px-3 pt-2.5 [-webkit-touch-callout:none]"
    >
      <h2 className="flex min-w-0 items-center font-semibold" onDoubleClick={() => canWrite && setEditing(true)}>
        <EditableText
          value={column.name}
          label={t("column.name")}
          maxLength={200}
          editing={editing}
          onEditing={setEditing}
          onSave={(name) => actions.updateColumn(column.id, { name })}
        />
      </h2>
      {editing ? null : <ColumnCount count={count} limit={column.wipLimit} shown={shown} />}
      <span className="flex-1" />
      <IconButton
        label={t("column.collapse")}
        aria-expanded
        onClick={onCollapse}
        className="opacity-0 group-hover/column:opacity-100 focus-visible:opacity-100 aria-expanded:bg-transparent pointer-coarse:opacity-100"
      >
        <ChevronsRightLeft size={15} aria-hidden />
      </IconButton>
      {canWrite ? (
        <Menu
          align="end"
          trigger={
            <IconButton label={t("column.menu")}>
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil size={15} />} onClick={() => setTimeout(() => setEditing(true))}>
            {t("column.rename")}
          </MenuItem>
          <MenuItem icon={<Gauge size={15} />} onClick={() => setAsking("limit")}>
            {t("column.setLimit")}
          </MenuItem>
          <MenuItem icon={<Palette size={15} />} onClick={() => setAsking("color")}>
            {t("column.setColor")}
          </MenuItem>
          <MenuSeparator />
          <MenuItem
            icon={<ArrowLeft size={15} />}
            disabled={index <= 0}
            onClick={() => dropColumn(column.id, index - 1)}
          >
            {t("column.moveLeft")}
          </MenuItem>
          <MenuItem
            icon={<ArrowRight size={15} />}
            disabled={index >= columns.length - 1}
            onClick={() => dropColumn(column.id, index + 1)}
          >
            {t("column.moveRight")}
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger icon={<Trash2 size={15} />} onClick={() => setAsking("delete")}>
            {t("column.delete")}
          </MenuItem>
        </Menu>
      ) : null}
      {asking === "limit" || asking === "color" ? (
        <Suspense>
          <ColumnDialog column={column} what={asking} onClose={() => setAsking(null)} />
        </Suspense>
      ) : asking === "delete" ? (
        <Suspense>
          <DeleteColumn column={column} count={count} onClose={() => setAsking(null)} />
        </Suspense>
      ) : null}
    </div>
  );
};
