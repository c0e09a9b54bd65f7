import { useState } from "react";
import { useUnsentHere } from "../../board/use-board.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Logo } from "../../ui/logo.tsx";
import { Message } from "../../ui/message.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { SignInForm } from "./sign-in-form.tsx";
import { SignUpForm } from "./sign-up-form.tsx";

/** The page for signed-out people: sign up or sign in. */
export const AccountPage = ({ onDone }: { onDone: () => void }) => {
  const { t } = useTranslation();
  return (
    <div className="grid h-full overflow-y-auto lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <main className="flex min-h-full flex-col px-6 py-6 sm:px-10">
        <div className="flex items-center justify-between">
          <Logo />
          <LanguageSwitch />
        </div>
        <div className="m-auto flex w-full max-w-sm flex-col gap-6 py-10">
          <AccountForms onDone={onDone} heading={t("account.headline")} />
        </div>
      </main>
      <Showcase />
    </div>
  );
};

/** Sign-up and sign-in behind one switch. The address stays, so an invitation in it is not lost. */
export const AccountForms = ({ onDone, heading }: { onDone: () => void; heading?: string }) => {
  const { t } = useTranslation();
  const unsent = useUnsentHere();
  const [chosen, setChosen] = useState<"up" | "in" | null>(location.hash === "#sign-in" ? "in" : null);
  // Unsent changes on this device mean that the person has an account.
  const mode = chosen ?? (unsent > 0 ? "in" : "up");
  const toggle = (
    <p className="text-muted">
      {mode === "up" ? t("account.haveOne") : t("account.haveNone")}{" "}
      <a
        href={mode === "up" ? "#sign-in" : "#sign-up"}
        className="font-medium text-accent-text underline underline-offset-2"
        onClick={(event) => {
          event.preventDefault();
          setChosen(mode === "up" ? "in" : "up");
        }}
      >
        {mode === "up" ? t("account.signIn") : t("account.createOne")}
      </a>
    </p>
  );
  return (
    <>
      <div className="flex flex-col gap-2">
        <h1 className="text-2xl font-semibold tracking-tight">
          {mode === "in" ? t("account.welcomeBack") : (heading ?? t("account.createTitle"))}
        </h1>
        {toggle}
      </div>
      {unsent > 0 ? <Message tone="note">{t("account.unsentHere", { count: unsent })}</Message> : null}
      {mode === "up" ? <SignUpForm onDone={onDone} /> : <SignInForm onDone={onDone} />}
    </>
  );
};

const SAMPLE_CARDS = [
  { color: "blue", lines: [72, 40], column: 0 },
  { color: "orange", lines: [88], column: 0 },
  { color: null, lines: [60, 84], column: 0 },
  { color: "green", lines: [80, 52], column: 1 },
  { color: "purple", lines: [66], column: 1 },
  { color: "teal", lines: [90, 70], column: 2 },
] as const;

/** A board in outline beside the form. */
const Showcase = () => {
  const { t } = useTranslation();
  return (
    <aside className="relative hidden overflow-hidden border-l border-border bg-sunken lg:block">
      <div className="flex h-full flex-col justify-center gap-10 px-12 py-16 xl:px-20">
        <p className="max-w-md text-xl font-medium text-pretty">{t("account.pitch")}</p>
        <div aria-hidden className="grid grid-cols-3 gap-3">
          {[0, 1, 2].map((column) => (
            <div key={column} className="flex flex-col gap-2">
              <div className="mb-1 h-2.5 w-16 rounded-full bg-control/50" />
              {SAMPLE_CARDS.filter((card) => card.column === column).map((card) => (
                <div
                  key={card.lines.join()}
                  data-color={card.color ?? undefined}
                  className="relative flex flex-col gap-2 overflow-hidden rounded-lg bg-raised p-3.5 shadow-card"
                >
                  {card.color ? <span className="absolute inset-y-0 left-0 w-1 bg-edge" /> : null}
                  {card.lines.map((width) => (
                    <span key={width} className="h-2 rounded-full bg-pressed" style={{ width: `${width}%` }} />
                  ))}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
    </aside>
  );
};
