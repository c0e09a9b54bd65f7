import { useTranslation } from "../../i18n/use-translation.ts";
import { Modal } from "../../ui/modal.tsx";
import { CreateTeamForm } from "./create-team-form.tsx";

export const NewTeamDialog = ({ onClose }: { onClose: () => void }) => {
  const { t } = useTranslation();
  return (
    <Modal open onClose={onClose} title={t("teams.new")}>
      <CreateTeamForm />
    </Modal>
  );
};
