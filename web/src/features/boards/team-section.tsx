import { Link } from "@tanstack/react-router";
import { FileUp, Plus, Settings } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Board } from "../../../../shared/boards.ts";
import { roleAtLeast } from "../../../../shared/role.ts";
import type { TeamWithRole } from "../../../../shared/teams.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useDelayed } from "../../lib/use-delayed.ts";
import { useBoards } from "../../session/use-team.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ArchivedBoards } from "./archived-boards.tsx";
import { NewBoardForm } from "./new-board-form.tsx";

const ImportDialog = lazy(() =>
  import("../imports/import-dialog.tsx").then((module) => ({ default: module.ImportDialog })),
);

const GRID = "grid grid-cols-[repeat(auto-fill,minmax(min(15rem,100%),1fr))] gap-3";

export const TeamSection = ({ team }: { team: TeamWithRole }) => {
  const { t } = useTranslation();
  const boards = useBoards(team.id);
  const late = useDelayed(boards.status === "loading");
  const [doing, setDoing] = useState<"create" | "import" | null>(null);
  const canWrite = roleAtLeast(team.role, "member");
  const shown = boards.items.filter((board) => board.archivedAt === null);
  return (
    <section aria-labelledby={`team-${team.id}`} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 id={`team-${team.id}`} className="min-w-0 truncate text-lg font-semibold">
          {team.name}
        </h2>
        <span className="rounded-sm bg-pressed px-1.5 text-xs/5 text-muted">{t(`roles.${team.role}`)}</span>
        <div className="flex flex-1 flex-wrap justify-end gap-1 max-sm:-ml-2 max-sm:basis-full max-sm:justify-start">
          {canWrite ? (
            <Button look="ghost" size="sm" onClick={() => setDoing("import")}>
              <FileUp size={15} aria-hidden />
              {t("imports.button")}
            </Button>
          ) : null}
          <Link to="/" search={{ settings: team.id }} className={buttonClass("ghost", "sm")}>
            <Settings size={15} aria-hidden />
            {t("teams.settings")}
          </Link>
        </div>
      </div>
      {boards.status === "error" ? (
        <Message tone="danger">
          {problemText(t, boards.error)}{" "}
          <button type="button" className="font-medium underline" onClick={boards.refetch}>
            {t("common.tryAgain")}
          </button>
        </Message>
      ) : null}
      <div className={GRID}>
        {late ? [0, 1, 2].map((item) => <Skeleton key={item} className="h-24 rounded-lg" />) : null}
        {shown.map((board) => (
          <BoardTile key={board.id} board={board} />
        ))}
        {canWrite && boards.status === "ready" ? (
          doing === "create" ? (
            <NewBoardForm teamId={team.id} onClose={() => setDoing(null)} />
          ) : (
            <button
              type="button"
              onClick={() => setDoing("create")}
              className="flex h-24 items-center justify-center gap-2 rounded-lg border border-dashed border-control text-muted hover:bg-hover hover:text-text"
            >
              <Plus size={16} aria-hidden />
              {t("home.newBoard")}
            </button>
          )
        ) : null}
        {!canWrite && boards.status === "ready" && shown.length === 0 ? (
          <p className="text-muted">{t("home.noBoards")}</p>
        ) : null}
      </div>
      <ArchivedBoards
        teamId={team.id}
        boards={boards.items.filter((board) => board.archivedAt !== null)}
        canWrite={canWrite}
      />
      {doing === "import" ? (
        <Suspense>
          <ImportDialog teamId={team.id} onClose={() => setDoing(null)} />
        </Suspense>
      ) : null}
    </section>
  );
};

const BoardTile = ({ board }: { board: Board }) => {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Link
      to="/b/$boardId"
      params={{ boardId: board.id }}
      className="group flex h-24 flex-col justify-between rounded-lg bg-raised p-3.5 shadow-card transition-shadow hover:shadow-pop"
    >
      <span className="line-clamp-2 font-medium break-words">{board.name}</span>
      <span className="text-xs text-muted">
        {t("home.changed", { ago: format.ago(Date.parse(board.updatedAt), Date.now()) })}
      </span>
    </Link>
  );
};
