import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { User } from "../../../../shared/users.ts";
import { usePendingCount, useRefusedCount } from "../../board/use-board.ts";
import { LANGUAGES, setLanguage } from "../../i18n/i18n.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { countDrafts } from "../../lib/drafts.ts";
import { setTheme, THEMES, useTheme } from "../../lib/theme.ts";
import { useAccount } from "../../session/use-account.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Menu, MenuChoices, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { LANGUAGE_NAMES } from "./language-names.ts";

const MyAccount = lazy(() => import("./my-account.tsx").then((module) => ({ default: module.MyAccount })));

const SignOut = lazy(() => import("./sign-out.tsx").then((module) => ({ default: module.SignOut })));

const THEME_ICONS = { light: <Sun size={16} />, dark: <Moon size={16} />, system: <Monitor size={16} /> };

export const UserMenu = ({ user, slim }: { user: User; slim: boolean }) => {
  const { t, language } = useTranslation();
  const theme = useTheme();
  const { signOut } = useAccount();
  const navigate = useNavigate();
  const signOutAndGoHome = async () => {
    await signOut();
    await navigate({ to: "/" });
  };
  const [open, setOpen] = useState(false);
  const unsentCount = usePendingCount();
  const refusedCount = useRefusedCount();
  /** The number of drafts while the sign-out dialog is open, otherwise null. */
  const [draftsAtSignOut, setDraftsAtSignOut] = useState<number | null>(null);
  const requestSignOut = () => {
    const drafts = countDrafts(user.id);
    if (unsentCount > 0 || refusedCount > 0 || drafts > 0) setDraftsAtSignOut(drafts);
    // Signing out needs the server. When it fails, the dialog offers another try and shows the error.
    else signOutAndGoHome().catch(() => setDraftsAtSignOut(0));
  };
  return (
    <>
      <Menu
        side="top"
        trigger={
          <button
            type="button"
            className="flex w-full items-center gap-2 rounded-md p-1.5 text-left hover:bg-hover aria-expanded:bg-pressed"
          >
            <Avatar userId={user.id} name={user.name} decorative />
            <span className={slim ? "sr-only" : "min-w-0 flex-1 truncate font-medium"}>{user.name}</span>
            <span className="sr-only">{t("user.menu")}</span>
            {slim ? null : <ChevronsUpDown size={14} aria-hidden className="text-muted" />}
          </button>
        }
      >
        <div className="max-w-64 truncate px-2 py-1.5 text-sm text-muted">{user.email}</div>
        <MenuItem icon={<UserRound size={16} />} onClick={() => setOpen(true)}>
          {t("myAccount.title")}
        </MenuItem>
        <MenuSeparator />
        <MenuChoices
          label={t("user.theme")}
          value={theme}
          onChange={(next) => setTheme(THEMES.find((value) => value === next) ?? "system")}
          options={THEMES.map((value) => ({ value, label: t(`user.themes.${value}`), icon: THEME_ICONS[value] }))}
        />
        <MenuSeparator />
        <MenuChoices
          label={t("user.language")}
          value={language}
          onChange={(next) => void setLanguage(LANGUAGES.find((value) => value === next) ?? "en")}
          options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        />
        <MenuSeparator />
        <MenuItem icon={<LogOut size={16} />} onClick={requestSignOut}>
          {t("user.signOut")}
        </MenuItem>
      </Menu>
      {draftsAtSignOut === null ? null : (
        <Suspense>
          <SignOut
            changes={unsentCount}
            refused={refusedCount}
            drafts={draftsAtSignOut}
            onSignOut={signOutAndGoHome}
            onClose={() => setDraftsAtSignOut(null)}
          />
        </Suspense>
      )}
      {open ? (
        <Suspense>
          <MyAccount user={user} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
};
