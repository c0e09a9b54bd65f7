import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { MailX, UsersRound } from "lucide-react";
import { ApiProblem } from "../../../../client/browser/api-client.ts";
import type { InvitationPreview } from "../../../../shared/invitations.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useDelayed } from "../../lib/use-delayed.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useMe, useRefreshMe } from "../../session/use-me.ts";
import { useTeamCalls } from "../../session/use-team-calls.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { FullMessage } from "../../ui/full-message.tsx";
import { Logo } from "../../ui/logo.tsx";
import { Message } from "../../ui/message.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { AccountForms } from "../accounts/account-page.tsx";
import { LanguageSwitch } from "../accounts/language-switch.tsx";

const route = getRouteApi("/join/$invitationId");

/** Shows the invitation to anybody with the link, before it asks for an account. */
export const JoinPage = () => {
  const { t } = useTranslation();
  const { invitationId } = route.useParams();
  const { getInvitation } = useTeamCalls();
  const invitation = useQuery({
    queryKey: ["invitation", invitationId],
    queryFn: () => getInvitation(invitationId),
    retry: (count, error) => !(error instanceof ApiProblem) && count < 3,
    structuralSharing: true,
  });
  const late = useDelayed(invitation.isPending);
  if (invitation.isError) {
    const ended = invitation.error instanceof ApiProblem;
    return (
      <FullMessage
        icon={<MailX size={28} />}
        title={ended ? t("join.endedTitle") : t("error.title")}
        text={ended ? t("join.endedText") : problemText(t, invitation.error)}
      >
        {ended ? null : <Button onClick={() => void invitation.refetch()}>{t("common.tryAgain")}</Button>}
        <Link to="/" className={buttonClass("primary")}>
          {t("common.myBoards")}
        </Link>
      </FullMessage>
    );
  }
  return (
    <main className="flex h-full flex-col overflow-y-auto px-6 py-6 sm:px-10">
      <div className="flex items-center justify-between">
        <Logo />
        <LanguageSwitch />
      </div>
      <div className="m-auto flex w-full max-w-sm flex-col gap-6 py-10">
        {invitation.data ? (
          <Invited id={invitationId} preview={invitation.data} />
        ) : late ? (
          <Skeleton className="h-40 rounded-lg" />
        ) : null}
      </div>
    </main>
  );
};

const Invited = ({ id, preview }: { id: string; preview: InvitationPreview }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const view = useMe();
  const refreshMe = useRefreshMe();
  return (
    <>
      <div className="flex flex-col items-start gap-3 rounded-lg bg-raised p-5 shadow-card">
        <span
          aria-hidden
          className="flex size-10 items-center justify-center rounded-lg bg-accent-soft text-accent-text"
        >
          <UsersRound size={20} />
        </span>
        <div className="flex flex-col gap-1">
          <p className="text-muted">{t("join.invites", { name: preview.inviterName })}</p>
          <h1 className="text-xl font-semibold break-words">{preview.teamName}</h1>
          <p className="text-muted">{t("join.as", { role: t(`roles.${preview.role}`) })}</p>
          <p className="text-muted">{t(`rolesAbout.${preview.role}`)}</p>
          <p className="text-sm text-muted">{t("join.until", { until: format.moment(preview.expiresAt) })}</p>
        </div>
      </div>
      {view.status === "signed-in" ? (
        <Join id={id} name={view.me.user.name} email={view.me.user.email} />
      ) : view.status === "signed-out" ? (
        <AccountForms onDone={() => void refreshMe()} />
      ) : null}
    </>
  );
};

const Join = ({ id, name, email }: { id: string; name: string; email: string }) => {
  const { t } = useTranslation();
  const { acceptInvitation } = useTeamCalls();
  const refreshMe = useRefreshMe();
  const navigate = useNavigate();
  const submit = useSubmit();
  const join = async () => {
    const done = await submit.run(async () => {
      try {
        await acceptInvitation(id);
      } catch (error) {
        if (!(error instanceof ApiProblem && error.code === "ALREADY_MEMBER")) throw error;
      }
      await refreshMe();
    });
    if (done) await navigate({ to: "/" });
  };
  return (
    <div className="flex flex-col gap-3">
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      <Button look="primary" size="lg" busy={submit.busy} onClick={() => void join()}>
        {t("join.join")}
      </Button>
      <p className="text-center text-sm break-words text-muted">{t("join.signedInAs", { name, email })}</p>
    </div>
  );
};
