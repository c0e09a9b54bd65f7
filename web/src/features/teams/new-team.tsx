import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";
import { CreateTeamForm } from "./create-team-form.tsx";

/** One more team for somebody who has one. */
export const NewTeam = () => {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button look="ghost" onClick={() => setOpen(true)}>
        <Plus size={16} aria-hidden />
        {t("teams.new")}
      </Button>
      <Modal open={open} onClose={() => setOpen(false)} title={t("teams.new")}>
        <CreateTeamForm />
      </Modal>
    </div>
  );
};
