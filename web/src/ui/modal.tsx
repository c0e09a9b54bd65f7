import { Dialog } from "@base-ui/react/dialog";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { type ReactNode, type RefObject, useRef } from "react";
import { useTranslation } from "../i18n/use-translation.ts";
import { iconButtonClass } from "./icon-button.tsx";

type ModalProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  /** Receives the focus on close, instead of the element that had it before. */
  finalFocus?: RefObject<HTMLElement | null> | (() => HTMLElement | null) | undefined;
  initialFocus?: RefObject<HTMLElement | null> | undefined;
  wide?: boolean;
};

/** A dialog with a title. On a phone it is a sheet at the bottom edge. */
export const Modal = ({
  open,
  onClose,
  title,
  description,
  children,
  finalFocus,
  initialFocus,
  wide = false,
}: ModalProps) => {
  const { t } = useTranslation();
  const content = useRef<HTMLDivElement>(null);
  // Focus the first field, not the close button, which comes first in the document.
  const firstField = () => content.current?.querySelector<HTMLElement>("input, select, textarea, button") ?? true;
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fade fixed inset-0 z-40 bg-scrim" />
        <Dialog.Viewport className="fixed inset-0 z-40 flex items-end justify-center sm:items-start sm:p-6 sm:pt-[12vh]">
          <Dialog.Popup
            {...(finalFocus ? { finalFocus } : {})}
            initialFocus={initialFocus ?? firstField}
            className={clsx(
              "sheet flex max-h-[92dvh] w-full flex-col rounded-t-xl bg-overlay shadow-pop sm:max-h-[80vh] sm:rounded-xl",
              wide ? "sm:max-w-2xl" : "sm:max-w-md",
            )}
          >
            <div className="flex items-start gap-3 px-5 pt-4 pb-2">
              <div className="min-w-0 flex-1">
                <Dialog.Title className="break-words text-lg font-semibold">{title}</Dialog.Title>
                {description ? (
                  <Dialog.Description render={<div />} className="mt-0.5 break-words text-muted">
                    {description}
                  </Dialog.Description>
                ) : null}
              </div>
              <Dialog.Close className={iconButtonClass} aria-label={t("common.close")} title={t("common.close")}>
                <X size={16} aria-hidden />
              </Dialog.Close>
            </div>
            <div ref={content} className="thin-scroll min-h-0 flex-1 overflow-y-auto px-5 pt-2 pb-5">
              {children}
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
};
