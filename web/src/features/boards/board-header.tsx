import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Ellipsis, Keyboard, Pencil, Trash2, UserRound, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Board } from "../../../../shared/boards.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useBoardsActions } from "../../board/use-mutations.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useStore } from "../../lib/store.ts";
import { EditableText } from "../../ui/editable-text.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { FilterBar } from "../filters/filter-bar.tsx";
import { FilterPanel } from "../filters/filter-panel.tsx";
import { isFiltering } from "../filters/filter-search.ts";
import { useFilter } from "../filters/use-filter.ts";
import { PresenceAvatars } from "../presence/presence-avatars.tsx";
import { LiveStatus } from "../status/live-status.tsx";

const Confirm = lazy(() => import("../../ui/confirm.tsx").then((module) => ({ default: module.Confirm })));

export const BoardHeader = ({ board }: { board: Board }) => {
  const { t } = useTranslation();
  const { actions, ui, canWrite } = useBoardContext();
  const [editing, setEditing] = useState(false);
  const filterOpen = useStore(ui.filterOpen, (open) => open);
  return (
    <>
      <h1
        className="flex min-w-0 items-center text-lg font-semibold"
        onDoubleClick={() => canWrite && setEditing(true)}
      >
        <EditableText
          value={board.name}
          label={t("board.name")}
          maxLength={200}
          editing={editing}
          onEditing={setEditing}
          onSave={(name) => actions.updateBoard({ name })}
        />
      </h1>
      {board.archivedAt ? (
        <span className="shrink-0 rounded-sm bg-pressed px-1.5 text-xs/5 text-muted">
          {t("archive.boardIsArchived")}
        </span>
      ) : null}
      <BoardMenu board={board} onRename={() => setTimeout(() => setEditing(true))} />
      <span className="flex-1" />
      <PresenceAvatars />
      <FilterBar />
      <FilterPanel open={filterOpen} onOpenChange={ui.filterOpen.set} />
      <LiveStatus />
    </>
  );
};

const BoardMenu = ({ board, onRename }: { board: Board; onRename: () => void }) => {
  const { t } = useTranslation();
  const { actions, ui, canWrite, me } = useBoardContext();
  const { search, setSearch } = useFilter();
  const { deleteBoard } = useBoardsActions(board.teamId);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t("board.menu")}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        {canWrite ? (
          <MenuItem icon={<Pencil size={15} />} onClick={onRename}>
            {t("board.rename")}
          </MenuItem>
        ) : null}
        <MenuItem
          icon={<UserRound size={15} />}
          shortcut="Q"
          onClick={() => setSearch({ ...search, assigneeId: [me.id] })}
        >
          {t("filter.mine")}
        </MenuItem>
        <MenuItem icon={<X size={15} />} disabled={!isFiltering(search)} onClick={() => setSearch({})}>
          {t("filter.clear")}
        </MenuItem>
        <MenuItem icon={<Archive size={15} />} onClick={() => ui.archiveOpen.set(true)}>
          {t("archive.open")}
        </MenuItem>
        <MenuItem icon={<Keyboard size={15} />} shortcut="?" onClick={() => ui.helpOpen.set(true)}>
          {t("help.title")}
        </MenuItem>
        {canWrite ? (
          <>
            <MenuSeparator />
            <MenuItem
              icon={board.archivedAt ? <ArchiveRestore size={15} /> : <Archive size={15} />}
              onClick={() => actions.updateBoard({ archived: board.archivedAt === null })}
            >
              {board.archivedAt ? t("archive.restoreBoard") : t("archive.board")}
            </MenuItem>
            <MenuItem danger icon={<Trash2 size={15} />} onClick={() => setAsking(true)}>
              {t("board.delete")}
            </MenuItem>
          </>
        ) : null}
      </Menu>
      {asking ? (
        <Suspense>
          <Confirm
            open
            onClose={() => setAsking(false)}
            onConfirm={() => {
              setAsking(false);
              deleteBoard(board.id);
              void navigate({ to: "/" });
            }}
            title={t("board.deleteTitle", { name: board.name })}
            verb={t("board.delete")}
          >
            {t("board.deleteText")}
          </Confirm>
        </Suspense>
      ) : null}
    </>
  );
};
