import { Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";

const NewTeamDialog = lazy(() => import("./new-team-dialog.tsx").then((module) => ({ default: module.NewTeamDialog })));

/** Creates another team. */
export const NewTeam = () => {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button look="ghost" onClick={() => setOpen(true)}>
        <Plus size={16} aria-hidden />
        {t("teams.new")}
      </Button>
      {open ? (
        <Suspense>
          <NewTeamDialog onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </div>
  );
};
