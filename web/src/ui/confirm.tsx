import { type ReactNode, useRef } from "react";
import { useTranslation } from "../i18n/use-translation.ts";
import { Button } from "./button.tsx";
import { Modal } from "./modal.tsx";

type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  /** The consequences. */
  children: ReactNode;
  /** The label of the confirming button. */
  verb: string;
  busy?: boolean;
};

/** Confirms a destructive action. Cancel has the focus. */
export const Confirm = ({ open, onClose, onConfirm, title, children, verb, busy = false }: ConfirmProps) => {
  const { t } = useTranslation();
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <Modal open={open} onClose={onClose} title={title} initialFocus={cancel}>
      <div className="flex flex-col gap-5">
        <div className="text-muted">{children}</div>
        <div className="flex flex-wrap justify-end gap-2">
          <Button ref={cancel} onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="danger" busy={busy} onClick={onConfirm}>
            {verb}
          </Button>
        </div>
      </div>
    </Modal>
  );
};
