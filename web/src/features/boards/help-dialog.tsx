import { useTranslation } from "../../i18n/use-translation.ts";
import { useStore } from "../../lib/store.ts";
import { CheckRow } from "../../ui/check-row.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Modal } from "../../ui/modal.tsx";
import { singleKeysStore } from "./single-keys.ts";

const KEYS = [
  { keys: ["↑ ↓ ← →", "J K H L"], what: "help.select" },
  { keys: ["Enter", "E"], what: "help.open" },
  { keys: ["Space"], what: "help.grab" },
  { keys: ["M"], what: "help.move" },
  { keys: ["N"], what: "help.new" },
  { keys: ["1", "9"], what: "help.color" },
  { keys: ["0"], what: "help.noColor" },
  { keys: ["F", "/"], what: "help.filter" },
  { keys: ["Q"], what: "help.mine" },
  { keys: ["?"], what: "help.help" },
  { keys: ["Esc"], what: "help.back" },
] as const;

export const HelpDialog = ({ onClose }: { onClose: () => void }) => {
  const { t } = useTranslation();
  const on = useStore(singleKeysStore, (state) => state);
  return (
    <Modal open onClose={onClose} title={t("help.title")} description={t("help.text")}>
      <dl className="flex flex-col">
        {KEYS.map(({ keys, what }) => (
          <div
            key={keys.join()}
            className="flex items-center justify-between gap-4 border-t border-border py-1.5 first:border-t-0"
          >
            <dt>{t(what)}</dt>
            <dd className="flex items-center gap-1">
              {keys.map((key, index) => (
                <span key={key} className="flex items-center gap-1">
                  {what === "help.color" && index > 0 ? "–" : null}
                  <Kbd>{key === "Space" ? t("help.space") : key}</Kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-3 border-t border-border pt-3">
        <CheckRow label={t("help.singleKeys")} checked={on} onChange={singleKeysStore.set} />
      </div>
    </Modal>
  );
};
