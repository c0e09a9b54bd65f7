import { type ReactNode, useEffect, useRef, useState } from "react";
import { useStartBoard } from "../../board/use-start-board.tsx";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useTeamCalls } from "../../session/use-team-calls.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";

type CreateTeamFormProps = {
  /** Called with true when the request starts and with false when it fails. The page keeps the form until the board exists. */
  onWorking?: (working: boolean) => void;
};

/** Creates a team and its first board, then opens the board. */
export const CreateTeamForm = ({ onWorking }: CreateTeamFormProps): ReactNode => {
  const { t } = useTranslation();
  const { createTeam } = useTeamCalls();
  const submit = useSubmit();
  const [name, setName] = useState("");
  const [teamId, setTeamId] = useState<string | null>(null);
  const send = async () => {
    onWorking?.(true);
    const done = await submit.run(async () => {
      const team = await createTeam(name.trim());
      setTeamId(team.id);
    });
    if (!done) onWorking?.(false);
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) void send();
      }}
    >
      <TextField
        label={t("teams.name")}
        required
        maxLength={120}
        autoComplete="organization"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      {teamId ? <FirstBoard teamId={teamId} /> : null}
      <Button type="submit" look="primary" size="lg" busy={submit.busy || teamId !== null}>
        {t("teams.create")}
      </Button>
    </form>
  );
};

const FirstBoard = ({ teamId }: { teamId: string }) => {
  const { t } = useTranslation();
  const submit = useSubmit();
  const { startBoard, starter } = useStartBoard(teamId);
  const isStarted = useRef(false);
  const start = () => void submit.run(() => startBoard(t("start.board")));
  useEffect(() => {
    if (isStarted.current) return;
    isStarted.current = true;
    start();
  });
  return (
    <>
      {starter}
      {submit.error ? (
        <Message tone="danger">
          {problemText(t, submit.error)}{" "}
          <button type="button" className="font-medium underline" onClick={start}>
            {t("common.tryAgain")}
          </button>
        </Message>
      ) : null}
    </>
  );
};
