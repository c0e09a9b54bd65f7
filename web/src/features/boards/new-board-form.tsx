import { useRef, useState } from "react";
import { useStartBoard } from "../../board/use-start-board.tsx";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { Button } from "../../ui/button.tsx";

export const NewBoardForm = ({ teamId, onClose }: { teamId: string; onClose: () => void }) => {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const submit = useSubmit();
  const { startBoard, starter } = useStartBoard(teamId);
  const form = useRef<HTMLFormElement>(null);
  return (
    <form
      ref={form}
      className="flex min-h-24 flex-col gap-2 rounded-lg bg-raised p-2.5 shadow-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) void submit.run(() => startBoard(name.trim()));
      }}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      {starter}
      <input
        // biome-ignore lint/a11y/noAutofocus: the pressed button is replaced by this field
        autoFocus
        aria-label={t("home.boardName")}
        placeholder={t("home.boardName")}
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.currentTarget.value)}
        className="field"
      />
      <div className="flex gap-2">
        <Button type="submit" look="primary" size="sm" busy={submit.busy}>
          {t("home.createBoard")}
        </Button>
        <Button size="sm" look="ghost" onClick={onClose}>
          {t("common.cancel")}
        </Button>
      </div>
      {submit.error ? (
        <p role="alert" className="text-sm text-danger">
          {problemText(t, submit.error)}
        </p>
      ) : null}
    </form>
  );
};
