import type { ReactNode } from "react";
import { useTranslation } from "../../i18n/use-translation.ts";
import { socketAddress } from "../../realtime/browser-ports.ts";
import type { Trouble } from "../../realtime/trouble.ts";
import { Modal } from "../../ui/modal.tsx";

/** Why the page polls, for who can do something about it; only what is truly known. */
export const LiveTrouble = ({ trouble, onClose }: { trouble: Trouble; onClose: () => void }) => {
  const { t } = useTranslation();
  const address = "url" in trouble ? socketAddress(trouble.url, location.href) : null;
  const mixed = location.protocol === "https:" && address?.startsWith("ws:") === true;
  return (
    <Modal open onClose={onClose} title={t("trouble.title")} description={t("trouble.goOn")}>
      <div className="flex flex-col gap-4">
        {mixed ? <p>{t("trouble.mixed")}</p> : <What trouble={trouble} />}
        <dl className="flex flex-col gap-2">
          {address ? <Fact name={t("trouble.address")}>{address}</Fact> : null}
          <Fact name={t("trouble.origin")}>{location.origin}</Fact>
        </dl>
      </div>
    </Modal>
  );
};

const What = ({ trouble }: { trouble: Trouble }) => {
  const { t } = useTranslation();
  switch (trouble.kind) {
    case "no-token":
      if (trouble.code === null) return <p>{t("trouble.unreachable")}</p>;
      return (
        <p>
          {trouble.code === "UNTRUSTED_ORIGIN" ? t("trouble.untrusted") : t("trouble.token", { code: trouble.code })}
        </p>
      );
    case "not-opened":
      return (
        <div className="flex flex-col gap-2">
          <p>{t("trouble.refused")}</p>
          <ul className="flex list-disc flex-col gap-1 pl-5">
            <li>{t("trouble.checkAddress")}</li>
            <li>{t("trouble.checkProxy")}</li>
            <li>{t("trouble.checkOrigin")}</li>
          </ul>
        </div>
      );
    case "cut":
      return <p>{t("trouble.cut", { code: String(trouble.code) })}</p>;
    case "silent":
      return <p>{t("trouble.silent")}</p>;
  }
};

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt className="text-sm text-muted">{name}</dt>
    <dd className="break-all select-all">{children}</dd>
  </div>
);
