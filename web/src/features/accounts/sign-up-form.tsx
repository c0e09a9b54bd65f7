import { useState } from "react";
import { fieldProblem, problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useAccount } from "../../session/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { invitationInAddress } from "./invitation-in-address.ts";

const MIN_PASSWORD = 8;

export const SignUpForm = ({ onDone }: { onDone: () => void }) => {
  const { t } = useTranslation();
  const { signUp } = useAccount();
  const submit = useSubmit();
  const [values, setValues] = useState({ name: "", email: "", password: "" });
  const set = (field: keyof typeof values) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setValues((old) => ({ ...old, [field]: value }));
  };
  const send = async () => {
    const done = await submit.run(() =>
      signUp({ ...values, ...invitationInAddress(), name: values.name.trim(), email: values.email.trim() }),
    );
    if (done) onDone();
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <TextField
        label={t("account.name")}
        name="name"
        autoComplete="name"
        required
        maxLength={120}
        value={values.name}
        onChange={set("name")}
        error={fieldProblem(submit.error, "name")}
      />
      <TextField
        label={t("account.email")}
        name="email"
        type="email"
        autoComplete="email"
        required
        maxLength={254}
        value={values.email}
        onChange={set("email")}
        error={fieldProblem(submit.error, "email")}
      />
      <TextField
        label={t("account.password")}
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={MIN_PASSWORD}
        value={values.password}
        onChange={set("password")}
        hint={t("account.passwordHint", { count: MIN_PASSWORD })}
        error={fieldProblem(submit.error, "password")}
      />
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      <Button type="submit" look="primary" size="lg" busy={submit.busy}>
        {t("account.create")}
      </Button>
    </form>
  );
};
