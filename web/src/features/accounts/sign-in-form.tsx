import { useState } from "react";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useAccount } from "../../session/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";

export const SignInForm = ({ onDone }: { onDone: () => void }) => {
  const { t } = useTranslation();
  const { signIn } = useAccount();
  const submit = useSubmit();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const send = async () => {
    if (await submit.run(() => signIn({ email: email.trim(), password }))) onDone();
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
        label={t("account.email")}
        name="email"
        type="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <TextField
        label={t("account.password")}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
      <Button type="submit" look="primary" size="lg" busy={submit.busy}>
        {t("account.signIn")}
      </Button>
    </form>
  );
};
