import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { LayoutGrid, PanelLeftClose, PanelLeftOpen, SquareKanban } from "lucide-react";
import type { TeamWithRole } from "../../../shared/teams.ts";
import type { Me } from "../../../shared/users.ts";
import { UserMenu } from "../features/accounts/user-menu.tsx";
import { useTranslation } from "../i18n/use-translation.ts";
import { useBoards } from "../session/use-team.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { Logo, Mark } from "../ui/logo.tsx";
import { setDrawer } from "./rail-state.ts";

const ITEM =
  "flex h-8 items-center gap-2 rounded-md px-2 text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-pressed aria-[current=page]:font-medium aria-[current=page]:text-text pointer-coarse:h-10";

type RailProps = { me: Me; slim: boolean; onToggle?: () => void };

export const Rail = ({ me, slim, onToggle }: RailProps) => {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("rail.label")} className="flex h-full flex-col gap-1 p-2">
      <div className={clsx("flex items-center pt-0.5 pb-2", slim ? "flex-col gap-2" : "justify-between pl-1.5")}>
        <Link to="/" aria-label={t("rail.home")} className="rounded-md" onClick={() => setDrawer(false)}>
          {slim ? <Mark size={24} className="m-1" /> : <Logo small />}
        </Link>
        {onToggle ? (
          <IconButton
            label={slim ? t("rail.widen") : t("rail.narrow")}
            aria-expanded={!slim}
            onClick={onToggle}
            className="aria-expanded:bg-transparent"
          >
            {slim ? <PanelLeftOpen size={16} aria-hidden /> : <PanelLeftClose size={16} aria-hidden />}
          </IconButton>
        ) : null}
      </div>
      <div className="thin-scroll flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto">
        <Link
          to="/"
          activeOptions={{ exact: true, includeSearch: false }}
          className={clsx(ITEM, slim && "justify-center")}
          title={slim ? t("rail.boards") : undefined}
          aria-label={slim ? t("rail.boards") : undefined}
          onClick={() => setDrawer(false)}
        >
          <LayoutGrid size={16} aria-hidden className="shrink-0" />
          {slim ? null : t("rail.boards")}
        </Link>
        {me.teams.map((team) => (
          <TeamBoards key={team.id} team={team} slim={slim} />
        ))}
      </div>
      <UserMenu user={me.user} slim={slim} />
    </nav>
  );
};

const TeamBoards = ({ team, slim }: { team: TeamWithRole; slim: boolean }) => {
  const boards = useBoards(team.id);
  const shown = boards.items.filter((board) => board.archivedAt === null);
  return (
    <div className="flex flex-col gap-0.5">
      {slim ? (
        <div aria-hidden className="mx-2 mb-1 h-px bg-border" />
      ) : (
        <div className="truncate px-2 pb-1 text-xs font-medium text-muted">{team.name}</div>
      )}
      {shown.map((board) => (
        <Link
          key={board.id}
          to="/b/$boardId"
          params={{ boardId: board.id }}
          activeOptions={{ exact: false, includeSearch: false }}
          preload={false}
          title={board.name}
          aria-label={slim ? board.name : undefined}
          className={clsx(ITEM, slim && "justify-center")}
          onClick={() => setDrawer(false)}
        >
          {slim ? (
            <span aria-hidden className="text-xs font-semibold uppercase">
              {[...board.name].slice(0, 2).join("")}
            </span>
          ) : (
            <>
              <SquareKanban size={16} aria-hidden className="shrink-0" />
              <span className="truncate">{board.name}</span>
            </>
          )}
        </Link>
      ))}
    </div>
  );
};
