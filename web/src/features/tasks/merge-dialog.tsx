import { useRef, useState } from "react";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";
import { mergeTexts } from "./merge-texts.ts";

type MergeDialogProps = {
  /** The task's title. */
  title: string;
  /** The common ancestor. */
  base: string;
  mine: string;
  theirs: string;
  onSave: (text: string) => void;
  onClose: () => void;
};

/** A three-way merge: both texts, and the merged one to edit and save. */
export const MergeDialog = ({ title, base, mine, theirs, onSave, onClose }: MergeDialogProps) => {
  const { t } = useTranslation();
  const [{ text, conflicts }] = useState(() => mergeTexts(base, mine, theirs));
  const [result, setResult] = useState(text);
  const [copied, setCopied] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  return (
    <Modal
      open
      onClose={onClose}
      title={t("merge.title", { title })}
      description={t("merge.text")}
      initialFocus={box}
      wide
    >
      <div className="flex flex-col gap-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <Text name={t("merge.theirs")} text={theirs} />
          <Text name={t("merge.mine")} text={mine} />
        </div>
        <label className="flex flex-col gap-1">
          <span className="font-medium">{t("merge.result")}</span>
          <textarea
            ref={box}
            value={result}
            onChange={(event) => setResult(event.currentTarget.value)}
            className="field field-sizing-content max-h-[40vh] min-h-32! resize-y py-2 leading-6"
          />
        </label>
        {conflicts > 0 ? <p className="text-sm text-warning">{t("merge.conflicts", { count: conflicts })}</p> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button
            look="ghost"
            onClick={() => void navigator.clipboard.writeText(mine).then(() => setCopied(true))}
            className="sm:mr-auto"
          >
            {copied ? t("merge.copied") : t("merge.copyMine")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" onClick={() => onSave(result)}>
            {t("merge.save")}
          </Button>
        </div>
      </div>
    </Modal>
  );
};

const Text = ({ name, text }: { name: string; text: string }) => (
  <label className="flex min-w-0 flex-col gap-1">
    <span className="font-medium">{name}</span>
    <textarea
      readOnly
      value={text}
      className="field field-sizing-content max-h-40 min-h-20! resize-y bg-sunken py-2 leading-6"
    />
  </label>
);
