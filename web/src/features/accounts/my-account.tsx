import { useState } from "react";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "../../../../shared/accounts.ts";
import type { User } from "../../../../shared/users.ts";
import { fieldProblem, problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { Modal } from "../../ui/modal.tsx";
import { ApiKeys } from "./api-keys.tsx";
import { useAccountCalls } from "./use-my-account.ts";

export const MyAccount = ({ user, onClose }: { user: User; onClose: () => void }) => {
  const { t } = useTranslation();
  return (
    <Modal open wide onClose={onClose} title={t("myAccount.title")} description={user.email}>
      <div className="flex flex-col gap-7">
        <Name user={user} />
        <Password email={user.email} />
        <ApiKeys />
      </div>
    </Modal>
  );
};

const Name = ({ user }: { user: User }) => {
  const { t } = useTranslation();
  const { rename } = useAccountCalls();
  const submit = useSubmit();
  const [name, setName] = useState(user.name);
  const [saved, setSaved] = useState(false);
  const changed = name.trim() !== "" && name.trim() !== user.name;
  const save = async () => setSaved(await submit.run(() => rename(name.trim())));
  return (
    <form
      className="flex flex-col gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) void save();
      }}
    >
      <div className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            label={t("myAccount.name")}
            name="name"
            autoComplete="name"
            value={name}
            maxLength={120}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setSaved(false);
            }}
          />
        </div>
        <Button type="submit" busy={submit.busy} disabled={!changed} className="h-9">
          {t("common.save")}
        </Button>
      </div>
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      <p role="status" className="text-sm text-muted empty:hidden">
        {saved ? t("myAccount.nameSaved") : null}
      </p>
    </form>
  );
};

const Password = ({ email }: { email: string }) => {
  const { t } = useTranslation();
  const { changePassword } = useAccountCalls();
  const submit = useSubmit();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [changed, setChanged] = useState(false);
  const change = async () => {
    const done = await submit.run(() => changePassword(current, next));
    setChanged(done);
    if (!done) return;
    setCurrent("");
    setNext("");
  };
  return (
    <form
      aria-labelledby="my-password"
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      <div>
        <h3 id="my-password" className="font-semibold">
          {t("myAccount.passwordTitle")}
        </h3>
        <p className="text-muted">{t("myAccount.othersLeave")}</p>
      </div>
      {/* Password managers need the user name beside the password. */}
      <input type="hidden" name="username" autoComplete="username" value={email} />
      <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-2">
        <TextField
          label={t("myAccount.current")}
          type="password"
          autoComplete="current-password"
          required
          maxLength={MAX_PASSWORD_LENGTH}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <TextField
          label={t("myAccount.next")}
          type="password"
          autoComplete="new-password"
          required
          minLength={MIN_PASSWORD_LENGTH}
          maxLength={MAX_PASSWORD_LENGTH}
          hint={t("account.passwordHint", { count: MIN_PASSWORD_LENGTH })}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={fieldProblem(submit.error, "newPassword")}
        />
      </div>
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      <p role="status" className="text-sm text-muted empty:hidden">
        {changed ? t("myAccount.changed") : null}
      </p>
      <div>
        <Button type="submit" busy={submit.busy}>
          {t("myAccount.change")}
        </Button>
      </div>
    </form>
  );
};
