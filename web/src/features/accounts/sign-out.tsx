import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Message } from "../../ui/message.tsx";

type SignOutProps = {
  changes: number;
  refused: number;
  drafts: number;
  onSignOut: () => Promise<void>;
  onClose: () => void;
};

/** Confirms a sign-out that deletes unsent changes, undismissed refusals or drafts. */
export const SignOut = ({ changes, refused, drafts, onSignOut, onClose }: SignOutProps) => {
  const { t } = useTranslation();
  const { busy, error, run } = useSubmit();
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={() => void run(onSignOut)}
      title={t("signOut.title")}
      verb={t("signOut.verb")}
      busy={busy}
    >
      <div className="flex flex-col gap-2">
        {changes > 0 ? <p>{t("signOut.changes", { count: changes })}</p> : null}
        {refused > 0 ? <p>{t("signOut.refused", { count: refused })}</p> : null}
        {drafts > 0 ? <p>{t("signOut.drafts", { count: drafts })}</p> : null}
        {error === null ? null : <Message tone="danger">{problemText(t, error)}</Message>}
      </div>
    </Confirm>
  );
};
