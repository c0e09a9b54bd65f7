import { Check, Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { problemText } from "../../i18n/problem-text.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { TextField } from "../../ui/field.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Message } from "../../ui/message.tsx";
import { type ApiKey, useAccountCalls, useApiKeys } from "./use-my-account.ts";

const MAX_NAME = 32;

/** API keys for programs. A key is shown once, right after it is created. */
export const ApiKeys = () => {
  const { t } = useTranslation();
  const apiKeys = useApiKeys();
  const { createKey, deleteKey } = useAccountCalls();
  const submit = useSubmit();
  const [name, setName] = useState("");
  const [newKey, setNewKey] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<ApiKey | null>(null);
  const create = () =>
    submit.run(async () => {
      setNewKey(await createKey(name.trim()));
      setName("");
    });
  const remove = async () => {
    if (deleting) await submit.run(() => deleteKey(deleting.id));
    setDeleting(null);
  };
  const problem = submit.error ?? apiKeys.error;
  return (
    <section aria-labelledby="my-keys" className="flex flex-col gap-3">
      <div>
        <h3 id="my-keys" className="font-semibold">
          {t("myAccount.keysTitle")}
        </h3>
        <p className="text-muted">{t("myAccount.keysText")}</p>
      </div>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <div className="flex-1">
          <TextField
            label={t("myAccount.keyName")}
            maxLength={MAX_NAME}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <Button type="submit" busy={submit.busy} className="h-9">
          {t("myAccount.createKey")}
        </Button>
      </form>
      {problem ? <Message tone="danger">{problemText(t, problem)}</Message> : null}
      {newKey ? <NewKey key={newKey} value={newKey} /> : null}
      {apiKeys.status === "ready" && apiKeys.items.length === 0 ? (
        <p className="text-muted">{t("myAccount.noKeys")}</p>
      ) : null}
      <ul className="flex flex-col divide-y divide-border">
        {apiKeys.items.map((item) => (
          <KeyRow key={item.id} item={item} onDelete={() => setDeleting(item)} />
        ))}
      </ul>
      <Confirm
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        onConfirm={() => void remove()}
        busy={submit.busy}
        title={t("myAccount.deleteKeyTitle", { name: deleting?.name ?? t("myAccount.unnamed") })}
        verb={t("myAccount.delete")}
      >
        {t("myAccount.deleteKeyText")}
      </Confirm>
    </section>
  );
};

const NewKey = ({ value }: { value: string }) => {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 rounded-md bg-accent-soft p-2">
      <input
        readOnly
        aria-label={t("myAccount.newKey")}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        className="field min-h-8! min-w-40 flex-1 text-sm"
      />
      <Button size="sm" onClick={() => void copy().catch(() => setCopied(false))}>
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        {copied ? t("myAccount.copied") : t("myAccount.copy")}
      </Button>
      <p className="w-full px-0.5 text-sm">{t("myAccount.once")}</p>
    </div>
  );
};

const KeyRow = ({ item, onDelete }: { item: ApiKey; onDelete: () => void }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const name = item.name ?? t("myAccount.unnamed");
  const about = { start: item.start ?? "", at: format.day(item.createdAt) };
  return (
    <li className="flex items-center gap-2 py-2">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{name}</p>
        <p className="truncate text-sm text-muted">
          {item.expiresAt
            ? t("myAccount.keyUntil", { ...about, until: format.day(item.expiresAt) })
            : t("myAccount.keyAbout", about)}
        </p>
      </div>
      <IconButton label={t("myAccount.deleteKey", { name })} onClick={onDelete}>
        <Trash2 size={15} aria-hidden />
      </IconButton>
    </li>
  );
};
