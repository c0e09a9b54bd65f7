import { clsx } from "clsx";
import { type ReactNode, useEffect, useRef } from "react";
import { TeamSocketHandler } from "../../../client/react/team-socket-handler.tsx";
import type { Me } from "../../../shared/users.ts";
import { ConnectionBanner } from "../features/status/connection-banner.tsx";
import { RefusedChanges } from "../features/status/refused-changes.tsx";
import { useTranslation } from "../i18n/use-translation.ts";
import { useMediaQuery } from "../lib/use-media-query.ts";
import { MenuButton } from "./menu-button.tsx";
import { Rail } from "./rail.tsx";
import { railStore, setDrawer, useRail } from "./rail-state.ts";

type ShellProps = { me: Me; header?: ReactNode; children: ReactNode };

/** The frame of every signed-in page: rail, top bar and main part. */
export const Shell = ({ me, header, children }: ShellProps) => {
  const { t } = useTranslation();
  const { slim, drawer } = useRail();
  const phone = useMediaQuery("(max-width: 767px)");
  useEffect(() => () => setDrawer(false), []);
  return (
    <div className="flex h-full">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus-visible:not-sr-only focus-visible:fixed focus-visible:top-2 focus-visible:left-2"
      >
        {t("shell.skip")}
      </a>
      {me.teams.map((team) => (
        <TeamSocketHandler key={team.id} teamId={team.id} />
      ))}
      {phone ? (
        drawer ? (
          <Drawer>
            <Rail me={me} slim={false} />
          </Drawer>
        ) : null
      ) : (
        <div className={clsx("shrink-0 border-r border-border bg-surface", slim ? "w-14" : "w-60")}>
          <Rail me={me} slim={slim} onToggle={() => railStore.set((state) => ({ ...state, slim: !state.slim }))} />
        </div>
      )}
      <div inert={phone && drawer} className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-13 shrink-0 items-center gap-2 border-b border-border bg-surface px-3 sm:px-4">
          <MenuButton />
          {header}
        </header>
        <ConnectionBanner />
        <main id="main" tabIndex={-1} className="relative min-h-0 flex-1 outline-none">
          {children}
        </main>
        <RefusedChanges />
      </div>
    </div>
  );
};

const Drawer = ({ children }: { children: ReactNode }) => {
  const { t } = useTranslation();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.querySelector<HTMLElement>("a, button")?.focus();
    return () => {
      // The button that opened the drawer is inert until the next render.
      if (before instanceof HTMLElement) requestAnimationFrame(() => before.focus());
    };
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && setDrawer(false);
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="fixed inset-0 z-30">
      <button
        type="button"
        aria-label={t("shell.closeMenu")}
        className="fade absolute inset-0 cursor-default bg-scrim"
        onClick={() => setDrawer(false)}
      />
      <div ref={panel} className="slide-in absolute inset-y-0 left-0 w-72 max-w-[85vw] bg-surface shadow-pop">
        {children}
      </div>
    </div>
  );
};
