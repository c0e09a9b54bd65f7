import { Link } from "@tanstack/react-router";
import { ArchiveRestore, SquareKanban } from "lucide-react";
import type { Board } from "../../../../shared/boards.ts";
import { useBoardsActions } from "../../board/use-mutations.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";

type ArchivedBoardsProps = { teamId: string; boards: readonly Board[]; canWrite: boolean };

/** Archived boards, collapsed below the others. */
export const ArchivedBoards = ({ teamId, boards, canWrite }: ArchivedBoardsProps) => {
  const { t } = useTranslation();
  const { updateBoard } = useBoardsActions(teamId);
  if (boards.length === 0) return null;
  return (
    <details className="group">
      <summary className="w-fit cursor-default rounded-md px-2 py-1 text-muted hover:bg-hover hover:text-text">
        {t("archive.boards", { count: boards.length })}
      </summary>
      <ul className="mt-2 flex flex-col divide-y divide-border rounded-lg border border-border">
        {boards.map((board) => (
          <li key={board.id} className="flex items-center gap-2 px-3 py-2">
            <SquareKanban size={16} aria-hidden className="shrink-0 text-muted" />
            <Link
              to="/b/$boardId"
              params={{ boardId: board.id }}
              preload={false}
              className="min-w-0 flex-1 truncate hover:underline"
            >
              {board.name}
            </Link>
            {canWrite ? (
              <Button
                size="sm"
                aria-label={t("archive.restoreOne", { title: board.name })}
                onClick={() => updateBoard(board.id, { archived: false })}
              >
                <ArchiveRestore size={14} aria-hidden />
                {t("archive.restore")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  );
};
