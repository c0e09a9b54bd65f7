import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { roleAtLeast } from "../../../../shared/role.ts";
import type { TeamWithRole } from "../../../../shared/teams.ts";
import type { User } from "../../../../shared/users.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useTeamCalls } from "../../session/use-team-calls.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { TextField } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { Modal } from "../../ui/modal.tsx";
import { InviteForm } from "../members/invite-form.tsx";
import { MemberList } from "../members/member-list.tsx";
import { DeleteTeam } from "./delete-team.tsx";

type TeamSettingsProps = { team: TeamWithRole; me: User; onClose: () => void };

export const TeamSettings = ({ team, me, onClose }: TeamSettingsProps) => {
  const { t } = useTranslation();
  const admin = roleAtLeast(team.role, "admin");
  return (
    <Modal open wide onClose={onClose} title={t("teams.settingsOf", { name: team.name })}>
      <div className="flex flex-col gap-7">
        {admin ? <Rename key={team.name} team={team} /> : null}
        <section aria-labelledby="members" className="flex flex-col gap-2">
          <h3 id="members" className="font-semibold">
            {t("members.title")}
          </h3>
          <MemberList team={team} me={me} />
        </section>
        {admin ? <InviteForm team={team} /> : null}
        <Leave team={team} me={me} />
      </div>
    </Modal>
  );
};

const Rename = ({ team }: { team: TeamWithRole }) => {
  const { t } = useTranslation();
  const { updateTeam } = useTeamCalls();
  const submit = useSubmit();
  const [name, setName] = useState(team.name);
  const changed = name.trim() !== "" && name.trim() !== team.name;
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) void submit.run(() => updateTeam(team.id, { name: name.trim() }));
      }}
    >
      <div className="flex-1">
        <TextField
          label={t("teams.name")}
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.currentTarget.value)}
          error={submit.error ? problemText(t, submit.error) : undefined}
        />
      </div>
      <Button type="submit" busy={submit.busy} disabled={!changed} className="h-9">
        {t("teams.rename")}
      </Button>
    </form>
  );
};

const Leave = ({ team, me }: { team: TeamWithRole; me: User }) => {
  const { t } = useTranslation();
  const { removeMember } = useTeamCalls();
  const submit = useSubmit();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const leave = async () => {
    const done = await submit.run(() => removeMember(team.id, me.id));
    setAsking(false);
    if (done) await navigate({ to: "/", search: {} });
  };
  return (
    <section className="flex flex-col gap-2 border-t border-border pt-4">
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      <div>
        <Button look="quietDanger" onClick={() => setAsking(true)}>
          {t("teams.leave")}
        </Button>
        {team.role === "owner" ? (
          <Button look="quietDanger" onClick={() => setDeleting(true)}>
            {t("deleteTeam.delete")}
          </Button>
        ) : null}
      </div>
      {deleting ? <DeleteTeam team={team} onClose={() => setDeleting(false)} /> : null}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => void leave()}
        busy={submit.busy}
        title={t("teams.leaveTitle", { name: team.name })}
        verb={t("teams.leave")}
      >
        {t("teams.leaveText")}
      </Confirm>
    </section>
  );
};
