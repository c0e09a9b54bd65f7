import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Me } from "../../../shared/users.ts";
import { TeamSection } from "../features/boards/team-section.tsx";
import { LiveStatus } from "../features/status/live-status.tsx";
import { FirstTeam } from "../features/teams/first-team.tsx";
import { NewTeam } from "../features/teams/new-team.tsx";
import { useTranslation } from "../i18n/use-translation.ts";
import { useDelayed } from "../lib/use-delayed.ts";
import { useMe } from "../session/use-me.ts";
import { ErrorScreen } from "../ui/error-screen.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Shell } from "./shell.tsx";

const TeamSettings = lazy(() =>
  import("../features/teams/team-settings.tsx").then((module) => ({ default: module.TeamSettings })),
);
const AccountPage = lazy(() =>
  import("../features/accounts/account-page.tsx").then((module) => ({ default: module.AccountPage })),
);
const route = getRouteApi("/");

/** Accepts only a path of this site, or the sign-in would be an open redirect. */
const safePath = (next: string | undefined): string | null =>
  next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : null;

export const HomePage = () => {
  const { next } = route.useSearch();
  const view = useMe();
  const navigate = useNavigate();
  const late = useDelayed(view.status === "loading");
  const [starting, setStarting] = useState(false);
  const target = view.status === "signed-in" && !starting ? safePath(next) : null;
  useEffect(() => {
    if (target) void navigate({ href: target, replace: true });
  }, [target, navigate]);
  if (view.status === "loading" || target) return late ? <HomeSkeleton /> : null;
  if (view.status === "error") return <ErrorScreen />;
  if (view.status === "signed-out")
    return (
      <Suspense>
        <AccountPage onDone={() => {}} />
      </Suspense>
    );
  return view.me.teams.length === 0 || starting ? (
    <FirstTeam me={view.me} onWorking={setStarting} />
  ) : (
    <Boards me={view.me} />
  );
};

const Boards = ({ me }: { me: Me }) => {
  const { t } = useTranslation();
  const { settings } = route.useSearch();
  const navigate = useNavigate();
  const team = me.teams.find((candidate) => candidate.id === settings);
  useEffect(() => {
    document.title = `${t("home.title")} · Artel`;
  }, [t]);
  return (
    <Shell
      me={me}
      header={
        <>
          <h1 className="min-w-0 flex-1 truncate text-lg font-semibold">{t("home.title")}</h1>
          <LiveStatus />
        </>
      }
    >
      <div className="thin-scroll h-full overflow-y-auto">
        <div className="mx-auto flex max-w-6xl flex-col gap-10 px-4 py-6 sm:px-8 sm:py-8">
          {me.teams.map((item) => (
            <TeamSection key={item.id} team={item} />
          ))}
          <NewTeam />
        </div>
      </div>
      {team ? (
        <Suspense>
          <TeamSettings team={team} me={me.user} onClose={() => void navigate({ to: "/", search: {} })} />
        </Suspense>
      ) : null}
    </Shell>
  );
};

const HomeSkeleton = () => (
  <div className="fade flex h-full">
    <div className="w-60 border-r border-border bg-surface max-md:hidden" />
    <div className="flex flex-1 flex-col gap-6 p-8">
      <Skeleton className="h-6 w-40" />
      <div className="grid grid-cols-[repeat(auto-fill,minmax(14rem,1fr))] gap-3">
        {[0, 1, 2, 3].map((item) => (
          <Skeleton key={item} className="h-24 rounded-lg" />
        ))}
      </div>
    </div>
  </div>
);
