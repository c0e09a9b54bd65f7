import { Check, Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Invitation } from "../../../../shared/invitations.ts";
import { ROLES, type Role, roleAtLeast } from "../../../../shared/role.ts";
import type { TeamWithRole } from "../../../../shared/teams.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useTeamCalls } from "../../session/use-team-calls.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Message } from "../../ui/message.tsx";
import { useInvitations } from "./use-invitations.ts";

/** Creates invitation links. People send the links themselves; no mail server is needed. */
export const InviteForm = ({ team }: { team: TeamWithRole }) => {
  const { t } = useTranslation();
  const invitations = useInvitations(team.id);
  const { createInvitation, deleteInvitation } = useTeamCalls();
  const submit = useSubmit();
  const [role, setRole] = useState<Role>("member");
  const [email, setEmail] = useState("");
  const invite = async () => {
    await createInvitation(team.id, { role, ...(email.trim() ? { email: email.trim() } : {}) });
    setEmail("");
    invitations.refetch();
  };
  const withdraw = async (id: string) => {
    await deleteInvitation(team.id, id);
    invitations.refetch();
  };
  return (
    <section aria-labelledby="invite" className="flex flex-col gap-3">
      <div>
        <h3 id="invite" className="font-semibold">
          {t("invite.title")}
        </h3>
        <p className="text-muted">{t("invite.text")}</p>
      </div>
      <form
        className="grid grid-cols-1 items-start gap-3 sm:grid-cols-[9rem_1fr_auto]"
        onSubmit={(event) => {
          event.preventDefault();
          void submit.run(invite);
        }}
      >
        <SelectField
          label={t("invite.role")}
          value={role}
          onChange={(event) => setRole(ROLES.find((item) => item === event.currentTarget.value) ?? "member")}
        >
          {ROLES.filter((item) => roleAtLeast(team.role, item)).map((item) => (
            <option key={item} value={item}>
              {t(`roles.${item}`)}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t("invite.email")}
          type="email"
          placeholder={t("invite.anyone")}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" look="primary" busy={submit.busy} className="h-9 sm:mt-[1.625rem]">
          {t("invite.create")}
        </Button>
      </form>
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      <ul className="flex flex-col gap-2">
        {invitations.items.map((invitation) => (
          <InvitationRow
            key={invitation.id}
            invitation={invitation}
            onWithdraw={() => void submit.run(() => withdraw(invitation.id))}
          />
        ))}
      </ul>
    </section>
  );
};

const InvitationRow = ({ invitation, onWithdraw }: { invitation: Invitation; onWithdraw: () => void }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(invitation.url);
    setCopied(true);
  };
  return (
    <li className="flex flex-wrap items-center gap-2 rounded-md bg-sunken p-2">
      <input
        readOnly
        aria-label={t("invite.link")}
        value={invitation.url}
        onFocus={(event) => event.currentTarget.select()}
        className="field min-h-8! min-w-40 flex-1 text-sm"
      />
      <Button size="sm" onClick={() => void copy().catch(() => setCopied(false))}>
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        {copied ? t("invite.copied") : t("invite.copy")}
      </Button>
      <IconButton label={t("invite.withdraw")} onClick={onWithdraw}>
        <Trash2 size={15} aria-hidden />
      </IconButton>
      <p className="w-full px-0.5 text-xs text-muted">
        {t("invite.about", {
          role: t(`roles.${invitation.role}`),
          who: invitation.email ?? t("invite.anyone"),
          until: format.moment(invitation.expiresAt),
        })}
      </p>
    </li>
  );
};
