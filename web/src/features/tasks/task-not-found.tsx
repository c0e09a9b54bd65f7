import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";

export const TaskNotFound = ({ onClose }: { onClose: () => void }) => {
  const { t } = useTranslation();
  return (
    <Modal open onClose={onClose} title={t("task.goneTitle")}>
      <div className="flex flex-col gap-4">
        <p className="text-muted">{t("task.goneText")}</p>
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            {t("task.backToBoard")}
          </Button>
        </div>
      </div>
    </Modal>
  );
};
