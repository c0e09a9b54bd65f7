import type { Me } from "../../../../shared/users.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useAccount } from "../../session/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { Logo } from "../../ui/logo.tsx";
import { CreateTeamForm } from "./create-team-form.tsx";

type FirstTeamProps = { me: Me; onWorking: (working: boolean) => void };

/** Asks a new person for the name of the first team. */
export const FirstTeam = ({ me, onWorking }: FirstTeamProps) => {
  const { t } = useTranslation();
  const { signOut } = useAccount();
  return (
    <main className="flex h-full flex-col overflow-y-auto px-6 py-6 sm:px-10">
      <div className="flex items-center justify-between">
        <Logo />
        <Button look="ghost" size="sm" onClick={() => void signOut()}>
          {t("user.signOut")}
        </Button>
      </div>
      <div className="m-auto flex w-full max-w-sm flex-col gap-6 py-10">
        <div className="flex flex-col gap-2">
          <h1 className="text-2xl font-semibold tracking-tight">{t("teams.firstTitle", { name: me.user.name })}</h1>
          <p className="text-muted">{t("teams.firstText")}</p>
        </div>
        <CreateTeamForm onWorking={onWorking} />
      </div>
    </main>
  );
};
