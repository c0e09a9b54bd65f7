import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { TeamWithRole } from "../../../../shared/teams.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useTeamCalls } from "../../session/use-team-calls.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { Modal } from "../../ui/modal.tsx";

/** Deletes a team once its name is typed. */
export const DeleteTeam = ({ team, onClose }: { team: TeamWithRole; onClose: () => void }) => {
  const { t } = useTranslation();
  const { deleteTeam } = useTeamCalls();
  const navigate = useNavigate();
  const submit = useSubmit();
  const [typed, setTyped] = useState("");
  const sure = typed.trim() === team.name.trim();
  const remove = async () => {
    if (await submit.run(() => deleteTeam(team.id))) await navigate({ to: "/", search: {} });
  };
  return (
    <Modal open onClose={onClose} title={t("deleteTeam.title", { name: team.name })}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (sure) void remove();
        }}
      >
        <p className="text-muted">{t("deleteTeam.text")}</p>
        <TextField
          label={t("deleteTeam.type", { name: team.name })}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" look="danger" busy={submit.busy} disabled={!sure}>
            {t("deleteTeam.delete")}
          </Button>
        </div>
      </form>
    </Modal>
  );
};
